using LlamaNative.Models;

namespace LlamaNative.Cli.Arguments;

/// <summary>The LoRA adapters and the control vector of a command, applied to each context that it creates.</summary>
internal sealed class Adapters(IReadOnlyList<ScaledLora> loras, ControlVector? vector, (int First, int Last)? layers) : IDisposable
{
    public void ApplyTo(LlamaContext context)
    {
        if (loras.Count > 0)
        {
            context.SetLoraAdapters([.. loras]);
        }

        if (vector is null)
        {
            return;
        }

        int last = context.Model.LayerCount - 1;
        if (layers is { } range && (range.First < 1 || range.First > range.Last || range.Last > last))
        {
            throw new ArgumentException(
                $"--control-vector-layer-range takes layers from 1 to {last} of this model, not {range.First} to {range.Last}.");
        }

        try
        {
            context.SetControlVector(vector, layers?.First ?? 1, layers?.Last);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"--control-vector: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        foreach (ScaledLora lora in loras)
        {
            lora.Adapter.Dispose();
        }
    }
}
