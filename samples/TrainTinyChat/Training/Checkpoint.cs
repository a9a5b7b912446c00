using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;

namespace TrainTinyChat.Training;

/// <summary>
/// The state of a run in a GGUF file: weights, moments, completed steps and losses. The run's settings are stored too, because
/// a run cannot be resumed with different ones.
/// </summary>
internal static class Checkpoint
{
    private const string StepKey = "training.step";
    private const string RunKey = "training.run";
    private const string LossKey = "training.loss";

    public static void Save(string path, ModelParameters weights, string run, int step, IReadOnlyList<float> losses)
    {
        (string, GgufValue)[] metadata =
        [
            ("general.architecture", GgufValue.Of("llama")), (RunKey, GgufValue.Of(run)), (StepKey, GgufValue.Of(step)),
            (LossKey, GgufValue.OfArray<float>([.. losses])),
        ];
        GgufExport.Write(path, metadata,
            [.. Tensors(weights).Select(tensor => (tensor.Name, tensor.Tensor.Shape, (Func<float[]>)tensor.Tensor.ToArray<float>))]);
    }

    /// <summary>Restores a state and returns the number of completed steps.</summary>
    /// <exception cref="InvalidDataException">The file belongs to another run.</exception>
    public static int Load(string path, ModelParameters weights, string run, List<float> losses)
    {
        using GgufFile file = GgufFile.Open(path);
        string theirs = file.Metadata.TryGetValue(RunKey, out GgufValue? value) ? value.GetString() : "no training at all";
        if (theirs != run)
        {
            throw new InvalidDataException(
                $"'{path}' is the checkpoint of another run ({theirs}), not of this one ({run}). Delete it or use another folder.");
        }

        foreach ((string name, GgmlTensor tensor) in Tensors(weights))
        {
            using GgufTensorView view = file.Tensors[name].Open();
            tensor.WriteBytes(view.Range(0, checked((int)tensor.ByteCount)));
        }

        losses.AddRange(file.Metadata[LossKey].GetArray<float>());
        return file.Metadata[StepKey].GetInt32();
    }

    private static IEnumerable<(string Name, GgmlTensor Tensor)> Tensors(ModelParameters weights)
    {
        foreach (Parameter parameter in weights.List)
        {
            yield return (parameter.Name, weights[parameter.Name]);
            yield return ("m." + parameter.Name, weights.Moments(parameter.Name).M);
            yield return ("v." + parameter.Name, weights.Moments(parameter.Name).V);
        }
    }
}
