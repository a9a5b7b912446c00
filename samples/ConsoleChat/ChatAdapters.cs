using System.Globalization;
using LlamaNative;
using LlamaNative.Models;

namespace ConsoleChat;

/// <summary>The LoRA adapters and the control vector of the options, applied to the context.</summary>
internal static class ChatAdapters
{
    /// <summary>Applies them. The context keeps what it uses, so nothing has to be disposed afterwards.</summary>
    /// <exception cref="ArgumentException">A scale is not a number.</exception>
    /// <exception cref="LlamaException">A file is missing or does not match the model.</exception>
    public static void Apply(ChatOptions options, LlamaContext context)
    {
        LoraAdapter[] loras = [];
        try
        {
            var scaled = new List<ScaledLora>();
            foreach ((string path, float scale) in Split("--lora", options.Lora))
            {
                var lora = LoraAdapter.Load(context.Model, path);
                loras = [.. loras, lora];
                scaled.Add(new ScaledLora(lora, scale));
            }

            if (scaled.Count > 0)
            {
                context.SetLoraAdapters([.. scaled]);
            }
        }
        finally
        {
            foreach (LoraAdapter lora in loras)
            {
                lora.Dispose();
            }
        }

        ControlVector? vector = null;
        foreach ((string path, float scale) in Split("--control-vector", options.ControlVector))
        {
            var next = ControlVector.Load(path, scale);
            vector = vector?.Add(next) ?? next;
        }

        if (vector is not null)
        {
            context.SetControlVector(vector);
        }
    }

    /// <summary>Reads FILE[:SCALE], or several of them separated by semicolons.</summary>
    private static IEnumerable<(string Path, float Scale)> Split(string option, string? list)
    {
        foreach (string text in (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A colon can also follow the drive of a path on Windows: C:\a.gguf.
            int colon = text.LastIndexOf(':');
            string rest = text[(colon + 1)..];
            if (colon <= 1 || File.Exists(text) || rest.Contains('/') || rest.Contains('\\'))
            {
                yield return (text, 1);
            }
            else
            {
                bool isNumber = float.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out float scale);
                yield return isNumber && float.IsFinite(scale)
                    ? (text[..colon], scale)
                    : throw new ArgumentException($"{option} takes FILE or FILE:SCALE with a number such as 0.5, not '{text}'.");
            }
        }
    }
}
