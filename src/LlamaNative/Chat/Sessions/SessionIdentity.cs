using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>Identifies the model and adapters of a saved conversation across processes.</summary>
internal static class SessionIdentity
{
    private const int Sample = 4096;
    private const int Samples = 64;

    /// <summary>Properties that must match for token ids and cache layout to be the same.</summary>
    public static string OfModel(LlamaContext context) => string.Create(CultureInfo.InvariantCulture,
        $"{context.Model.Description}, {context.Model.ParameterCount} parameters, {context.Model.Vocabulary.Count} tokens, cache "
        + $"{context.Options.CacheTypeK}/{context.Options.CacheTypeV}, file {OfFile(context.Model.Path)}");

    /// <summary>The LoRA adapters and the control vector in use; empty if there are none.</summary>
    public static string OfAdapters(LlamaContext context)
    {
        IEnumerable<string> parts = context.LoraAdapters
            .Where(lora => lora.Scale != 0)
            .Select(lora => string.Create(CultureInfo.InvariantCulture, $"LoRA {OfFile(lora.Adapter.Path)} x {lora.Scale:R}"))
            .Order(StringComparer.Ordinal);
        return string.Join("; ", context.ControlVector is { } vector ? parts.Append(OfVector(context, vector)) : parts);
    }

    private static string OfVector(LlamaContext context, ControlVector vector)
    {
        float[] directions = vector.ToDense(context.Model.EmbeddingLength, context.Model.LayerCount);
        string hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(directions)));
        return string.Create(CultureInfo.InvariantCulture,
            $"control vector {hash} in layers {context.ControlVectorLayers.First} to {context.ControlVectorLayers.Last}");
    }

    /// <summary>
    /// A file's length and a hash of samples across the file, which distinguishes models of the same shape without reading
    /// gigabytes. A file that no longer exists is identified by its name.
    /// </summary>
    private static string OfFile(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[Sample];
            BinaryPrimitives.WriteInt64LittleEndian(buffer, file.Length);
            hash.AppendData(buffer, 0, sizeof(long));
            long step = Math.Max(Sample, (file.Length - Sample) / (Samples - 1));
            for (long at = 0; at < file.Length; at += step)
            {
                file.Position = at;
                hash.AppendData(buffer, 0, file.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false));
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.GetFileName(path);
        }
    }
}
