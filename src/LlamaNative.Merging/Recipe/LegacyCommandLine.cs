using System.Globalization;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Recipe;

/// <summary>The options of mergekit's first version (main.py, September 2023).</summary>
internal sealed class LegacyCommandLine
{
    private readonly List<string> _merges = [];
    private readonly List<double> _weights = [];
    private readonly List<double> _densities = [];
    private readonly List<string> _warnings = [];
    private string? _output;
    private string? _base;
    private string _method = "ties";
    private double[]? _gradient;
    private bool _normalize = true;
    private bool _naiveCount;
    private bool _bf16 = true;

    public static MergeRecipe Read(ReadOnlySpan<string> arguments)
    {
        var line = new LegacyCommandLine();
        line.Parse([.. arguments]);
        return line.ToRecipe() with { Text = string.Join(' ', arguments.ToArray()), Warnings = line._warnings, OutputPath = line._output };
    }

    private void Parse(string[] arguments)
    {
        // Once the output is known, further values after a list option belong to that option.
        Action<string>? more = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            (string name, string? value) = arguments[i].StartsWith("--", StringComparison.Ordinal)
                && arguments[i].Split('=', 2) is [var left, var right]
                ? (left, right)
                : (arguments[i], null);
            string Value() => value ?? (++i < arguments.Length ? arguments[i] : throw new MergeException($"option {name} needs a value"));
            Action<string>? list = name switch
            {
                "--merge" => _merges.Add,
                "--weight" => text => _weights.Add(Number(name, text)),
                "--density" => text => _densities.Add(Number(name, text)),
                _ => null,
            };
            if (list is not null)
            {
                list(Value());
                more = _output is null ? null : list;
                continue;
            }

            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                AddPositional(name, more);
                continue;
            }

            more = null;
            switch (name)
            {
                case "--base-model": _base = Value(); break;
                case "--method": _method = Value(); break;
                case "--layer-gradient": _gradient = ReadGradient(Value(), arguments, ref i); break;
                case "--normalize": _normalize = true; break;
                case "--no-normalize": _normalize = false; break;
                case "--naive-count": _naiveCount = true; break;
                case "--no-naive-count": _naiveCount = false; break;
                case "--bf16": _bf16 = true; break;
                case "--no-bf16": _bf16 = false; break;
                case "--int8-mask" or "--no-int8-mask" or "--cuda" or "--no-cuda": break;
                default: throw new MergeException($"unknown option {name}");
            }
        }
    }

    private void AddPositional(string value, Action<string>? more)
    {
        if (_output is null)
        {
            _output = value;
        }
        else
        {
            (more ?? throw new MergeException(
                $"unexpected argument '{value}': it belongs to no option, and the output is already '{_output}'"))(value);
        }
    }

    /// <summary>Parses a list in brackets, which a shell may have split at its spaces.</summary>
    private static double[] ReadGradient(string text, string[] arguments, ref int i)
    {
        while (text.StartsWith('[') && !text.Contains(']', StringComparison.Ordinal) && i + 1 < arguments.Length)
        {
            text += " " + arguments[++i];
        }

        string[] parts = text.Trim().TrimStart('[').TrimEnd(']').Split([',', ' '],
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 0
            ? throw new MergeException("--layer-gradient must have at least one value")
            : [.. parts.Select(part => Number("--layer-gradient", part))];
    }

    private static double Number(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new MergeException($"{option} needs a number, not '{text}'");

    private MergeRecipe ToRecipe()
    {
        if (_merges.Count == 0)
        {
            throw new MergeException("no model to merge; add one with --merge");
        }

        if (_gradient is not null && _method is not ("linear" or "slerp"))
        {
            throw new MergeException($"--layer-gradient is supported for linear and slerp, not {_method}");
        }

        return _method switch
        {
            "slerp" => Slerp(),
            "linear" => Linear(),
            "ties" => Ties(),
            _ => throw new MergeException($"--method must be ties, linear or slerp, not '{_method}'"),
        } with
        { OutputType = _bf16 ? GgmlType.BF16 : null };
    }

    private MergeRecipe Slerp()
    {
        string[] models = [.. _base is null || _merges.Contains(_base) ? [] : new[] { _base }, .. _merges];
        if (models.Length != 2)
        {
            throw new MergeException($"slerp needs two models, not {models.Length}");
        }

        ParameterSetting t = (_gradient, _weights) switch
        {
            ({ } values, _) => new ParameterSetting(new LayerSampleValue(values)),
            (null, [var weight]) => weight,
            _ => throw new MergeException(
                $"slerp needs one --weight (its t) or a --layer-gradient, but there are {_weights.Count} weights"),
        };
        return new MergeRecipe
        {
            Method = MergeMethod.Slerp,
            BaseModel = _base ?? _merges[0],
            Models = [.. models.Select(model => new MergeSource { Model = model })],
            Parameters = new Dictionary<string, ParameterSetting> { ["t"] = t },
        };
    }

    private MergeRecipe Linear()
    {
        if (_base is not null && !_merges.Contains(_base))
        {
            _warnings.Add("linear ignores --base-model, because it is not one of the models to merge");
        }

        if (_gradient is not null && _merges.Count != 2)
        {
            throw new MergeException($"--layer-gradient needs two models, not {_merges.Count}");
        }

        var sources = new List<MergeSource>();
        for (int i = 0; i < _merges.Count; i++)
        {
            ParameterSetting weight = _gradient is null
                ? Broadcast(_weights, "--weight", 1, i)
                : new ParameterSetting(new LayerSampleValue(_gradient, Complement: i == 0));
            sources.Add(new MergeSource
            {
                Model = _merges[i],
                Parameters = new Dictionary<string, ParameterSetting> { ["weight"] = weight },
            });
        }

        return new MergeRecipe
        {
            Method = MergeMethod.Linear,
            BaseModel = _base,
            Models = sources,
            Parameters = new Dictionary<string, ParameterSetting> { ["normalize"] = ParameterSetting.Constant(_normalize) },
        };
    }

    private MergeRecipe Ties()
    {
        var sources = new List<MergeSource>();
        string baseModel = _base ?? throw new MergeException("ties needs --base-model");
        if (!_merges.Contains(baseModel))
        {
            sources.Add(new MergeSource { Model = baseModel });
        }

        for (int i = 0; i < _merges.Count; i++)
        {
            sources.Add(new MergeSource
            {
                Model = _merges[i],
                Parameters = new Dictionary<string, ParameterSetting>
                {
                    ["weight"] = Broadcast(_weights, "--weight", 1, i),
                    ["density"] = Broadcast(_densities, "--density", 0.33, i),
                },
            });
        }

        return new MergeRecipe
        {
            Method = MergeMethod.Ties,
            BaseModel = baseModel,
            Models = sources,
            Parameters = new Dictionary<string, ParameterSetting>
            {
                ["normalize"] = ParameterSetting.Constant(_normalize),
                ["consensus"] = ParameterSetting.Constant(_naiveCount ? "count" : "sum"),
            },
        };
    }

    private double Broadcast(List<double> values, string option, double whenNone, int index) => values.Count switch
    {
        0 => whenNone,
        1 => values[0],
        _ when values.Count == _merges.Count => values[index],
        _ => throw new MergeException($"{option} is given {values.Count} times for {_merges.Count} models; give it once or once per model"),
    };
}
