using System.CommandLine;
using System.CommandLine.Parsing;
using LlamaNative.Models;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for LoRA adapters and control vectors.</summary>
internal sealed class AdapterArguments
{
    private readonly Option<ScaledFile[]> _loras = Files("--lora",
        "A LoRA adapter, and the factor of its change [default: 1]; repeatable, the changes add up");

    private readonly Option<ScaledFile[]> _vectors = Files("--control-vector",
        "A control vector, and the factor of its directions [default: 1]; repeatable, the directions add up");

    private readonly Option<int[]> _layers = new("--control-vector-layer-range")
    {
        Description = "The first and the last layer to apply the control vectors to, counted from 0 [default: 1 to the model's last]",
        HelpName = "FIRST LAST",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    public AdapterArguments(Command command)
    {
        command.AddAll([_loras, _vectors, _layers]);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_layers) is not null && result.GetResult(_vectors) is null)
            {
                result.AddError("--control-vector-layer-range needs a --control-vector.");
            }
        });
    }

    /// <summary>Reads the files. Dispose the result after the contexts that it was applied to.</summary>
    public Adapters Load(ParseResult parse, LlamaModel model)
    {
        var loras = new List<ScaledLora>();
        try
        {
            foreach (ScaledFile file in parse.GetValue(_loras) ?? [])
            {
                loras.Add(Named(_loras, () => new ScaledLora(LoraAdapter.Load(model, file.Path), file.Scale)));
            }

            ControlVector? vector = null;
            foreach (ScaledFile file in parse.GetValue(_vectors) ?? [])
            {
                vector = Named(_vectors, () =>
                {
                    var next = ControlVector.Load(file.Path, file.Scale);
                    return vector?.Add(next) ?? next;
                });
            }

            return new Adapters(loras, vector, parse.GetValue(_layers) is [var first, var last] ? (first, last) : null);
        }
        catch
        {
            loras.ForEach(lora => lora.Adapter.Dispose());
            throw;
        }
    }

    /// <summary>Puts the option before the message of an error that is about it.</summary>
    internal static T Named<T>(Option option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is LlamaException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new LlamaException($"{option.Name}: {error.Message}", error);
        }
    }

    private static Option<ScaledFile[]> Files(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE[:SCALE]",
        CustomParser = result => Parse(result, name),
    };

    private static ScaledFile[]? Parse(ArgumentResult result, string name)
    {
        var files = new List<ScaledFile>();
        foreach (Token token in result.Tokens)
        {
            if (ScaledFile.Parse(token.Value) is { } file)
            {
                files.Add(file);
            }
            else
            {
                result.AddError($"{name} takes FILE or FILE:SCALE with a number such as 0.5, not '{token.Value}'.");
                return null;
            }
        }

        return [.. files];
    }
}
