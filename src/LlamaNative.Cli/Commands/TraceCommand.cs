using System.CommandLine;
using Llama3FromScratch.Page;
using Llama3FromScratch.Trace;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Runs a LLaMA forward pass step by step and compares it with llama.cpp's; the steps are in samples/Llama3FromScratch.</summary>
internal sealed class TraceCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly PromptArguments _prompt;
    private readonly Option<string?> _out = new("--out", "-o")
    {
        Description = "Write an HTML page with pictures: attention, RoPE, each layer's prediction",
        HelpName = "PAGE.html",
    };
    private readonly Option<int> _predict = new("--predict", "-n")
    {
        Description = "Maximum tokens to generate",
        HelpName = "N",
        DefaultValueFactory = _ => 16,
    };
    private readonly Option<int> _threads = new("--threads", "-t")
    {
        Description = "Threads to use",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of lines of text" };

    public TraceCommand(Shell shell)
        : base(shell, "trace", "Show every step of a LLaMA forward pass, written by hand and compared with llama.cpp")
    {
        _model = new ModelArguments(this);
        _prompt = new PromptArguments(this);
        this.AddAll([_out, _predict, _threads, _json]);
    }

    protected override int Run(ParseResult parse)
    {
        int limit = parse.GetValue(_predict);
        NumberRange.Check(limit, "--predict", 0);
        NumberRange.Check(parse.GetValue(_threads), "--threads", 1);
        string prompt = _prompt.Read(parse, Shell);
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        int[] tokens = _prompt.Tokenize(parse, Shell, model.Vocabulary, prompt);
        TraceResult trace = Tracer.Run(model, tokens, limit, parse.GetValue(_threads), Interrupted);
        if (parse.GetValue(_out) is { } page)
        {
            OutputFile.Write(page, TracePage.Write(trace));
        }

        if (parse.GetValue(_json))
        {
            Shell.WriteJson(json => TraceJson.Write(json, trace));
        }
        else
        {
            Shell.Write(string.Concat(TraceText.Lines(trace).Select(line => line + "\n")));
        }

        return ExitCode.Success;
    }
}
