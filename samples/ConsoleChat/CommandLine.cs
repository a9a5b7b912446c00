namespace ConsoleChat;

/// <summary>
/// The command line, which the host reads into its configuration. The host ignores unknown options, so they are checked here.
/// </summary>
internal static class CommandLine
{
    public const string Help = """
        ConsoleChat: chat with a GGUF model.

          --model PATH        the model file [default: the repository's models/tiny-chat.gguf]
          --context N         context size in tokens [default: as trained, at most 4096]
          --threads N         threads to use [default: one per core]
          --gpu-layers N      layers to keep on the GPU [default: all, if there is a GPU]
          --temp X            temperature; 0 always picks the most probable token [default: 0.8]
          --top-k N           [default: 40]
          --top-p X           [default: 0.95]
          --min-p X           [default: 0.05]
          --seed N            the same seed gives the same answers [default: random]
          --max-tokens N      maximum tokens of an answer [default: no limit]
          --system TEXT       instructions for the whole conversation
          --template NAME     a built-in chat template, or a file with one [default: the model's, else chatml]
          --chat-template-kwargs JSON
                              variables for the chat template, e.g. {"enable_thinking": false}
          --lora FILE[:SCALE] a LoRA adapter and its factor [default: 1]; several are separated by semicolons
          --control-vector FILE[:SCALE]
                              a control vector and its factor, in the same form
          --session FILE      continue the conversation in this file, and save it there after every answer
          --tools clock       let the model look up the time [default: no tools]
          --help              this text

        With 'dotnet run --project samples/ConsoleChat', put -- before the options.
        During the chat, /help lists the commands and Ctrl+C stops an answer.
        llama.cpp's log: --Logging:LogLevel:llama.cpp=Debug
        """;

    /// <summary>The options and the configuration keys they set.</summary>
    public static IDictionary<string, string> Switches { get; } = new Dictionary<string, string>
    {
        ["--session"] = Key(nameof(ChatOptions.Session)),
        ["--tools"] = Key(nameof(ChatOptions.Tools)),
        ["--model"] = Key(nameof(ChatOptions.Model)),
        ["-m"] = Key(nameof(ChatOptions.Model)),
        ["--context"] = Key(nameof(ChatOptions.ContextSize)),
        ["--threads"] = Key(nameof(ChatOptions.Threads)),
        ["--gpu-layers"] = Key(nameof(ChatOptions.GpuLayers)),
        ["--temp"] = Key(nameof(ChatOptions.Temperature)),
        ["--top-k"] = Key(nameof(ChatOptions.TopK)),
        ["--top-p"] = Key(nameof(ChatOptions.TopP)),
        ["--min-p"] = Key(nameof(ChatOptions.MinP)),
        ["--seed"] = Key(nameof(ChatOptions.Seed)),
        ["--max-tokens"] = Key(nameof(ChatOptions.MaxTokens)),
        ["--system"] = Key(nameof(ChatOptions.System)),
        ["--template"] = Key(nameof(ChatOptions.Template)),
        ["--chat-template-kwargs"] = Key(nameof(ChatOptions.TemplateVariables)),
        ["--lora"] = Key(nameof(ChatOptions.Lora)),
        ["--control-vector"] = Key(nameof(ChatOptions.ControlVector)),
    };

    public static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");

    /// <summary>What is wrong with the command line; null if it is valid.</summary>
    public static string? FindMistake(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].Split('=', 2)[0];
            if (!name.StartsWith('-'))
            {
                return $"'{args[i]}' does not belong to an option.";
            }

            // A name with a colon is a configuration key of the host.
            if (!Switches.ContainsKey(name) && !name.Contains(':'))
            {
                return $"There is no option '{name}'.";
            }

            if (!args[i].Contains('=') && ++i == args.Length)
            {
                return $"The option '{name}' needs a value.";
            }
        }

        return null;
    }

    private static string Key(string property) => $"{ChatOptions.Section}:{property}";
}
