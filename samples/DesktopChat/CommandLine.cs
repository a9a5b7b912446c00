using System.Globalization;

namespace DesktopChat;

/// <summary>The command line.</summary>
internal static class CommandLine
{
    public const string Help = """
        DesktopChat: chat with a GGUF model in a window.

          --model PATH        the model to load [default: the last one, else the repository's models/tiny-chat.gguf]
          --models FOLDER     a folder with models to choose from; more can be added in the window
          --data FOLDER       folder for conversations and settings [default: the user's data folder]
          --port N            the loopback port [default: any free one]
          --no-browser        only print the address, without opening a window
          --help              this text

        With 'dotnet run --project samples/DesktopChat', put -- before the options.
        Ctrl+C or closing the window ends the program. In the window, F1 lists the keyboard shortcuts.
        """;

    public static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");

    /// <exception cref="ArgumentException">The command line is not valid; the message gives the reason.</exception>
    public static DesktopOptions Parse(string[] args)
    {
        var options = new DesktopOptions();
        for (int i = 0; i < args.Length; i++)
        {
            string[] parts = args[i].Split('=', 2);
            if (parts is ["--no-browser"])
            {
                options = options with { OpenWindow = false };
                continue;
            }

            if (parts[0] is not ("--model" or "-m" or "--models" or "--data" or "--port"))
            {
                throw new ArgumentException($"There is no option '{args[i]}'.");
            }

            string value = parts.Length == 2 ? parts[1] : ++i < args.Length ? args[i] : "";
            if (value.Length == 0)
            {
                throw new ArgumentException($"The option '{parts[0]}' needs a value.");
            }

            options = parts[0] switch
            {
                "--model" or "-m" => options with { Model = Path.GetFullPath(value) },
                "--models" => options with { ModelFolder = Path.GetFullPath(value) },
                "--data" => options with { DataFolder = Path.GetFullPath(value) },
                _ => options with { Port = Port(value) },
            };
        }

        return options;
    }

    private static int Port(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue
            ? port
            : throw new ArgumentException($"'{value}' is not a port: --port takes a number from 0 to {ushort.MaxValue}.");
}
