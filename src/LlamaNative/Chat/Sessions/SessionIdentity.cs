using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>What a saved conversation depends on, in a form that other processes can compare.</summary>
internal static class SessionIdentity
{
    private const int Sample = 4096;
    private const int Samples = 64;

    /// <summary>What must agree for tokens to mean the same and for a cache to have the same form.</summary>
    public static string OfModel(LlamaContext context) => string.Create(CultureInfo.InvariantCulture,
        $"{context.Model.Description}, {context.Model.ParameterCount} parameters, {context.Model.Vocabulary.Count} tokens, cache "
        + $"{context.Options.CacheTypeK}/{context.Options.CacheTypeV}, file {OfFile(context.Model.Path)}");

    /// <summary>The adapters and the control vector that change what is evaluated; empty for the model by itself.</summary>
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
    /// A file's length and a hash of samples from its beginning to its end: tells models of one shape apart without reading
    /// gigabytes. A file that is gone is known by its name.
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
