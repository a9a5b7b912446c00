"""Renders chat templates with Jinja2, set up as Hugging Face's transformers does:  templates.py < cases."""
import json
import sys

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception

answers = []
for case in json.load(sys.stdin):
    try:
        answers.append({"output": environment.from_string(case["source"]).render(**case["variables"])})
    except (TemplateError, TypeError, KeyError, ValueError) as error:
        answers.append({"error": str(error)})
json.dump(answers, sys.stdout)
