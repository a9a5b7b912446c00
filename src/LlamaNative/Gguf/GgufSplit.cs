using System.Globalization;

namespace LlamaNative.Gguf;

/// <summary>
/// A model split over several files by llama-gguf-split: <c>name-00001-of-00003.gguf</c> and so on. Each file has the keys split.no (from
/// 0), split.count and split.tensors.count; the first one also has the model's metadata.
/// </summary>
internal readonly record struct GgufSplit(int Number, int Count)
{
    public const string NumberKey = "split.no";
    public const string CountKey = "split.count";
    public const string TensorCountKey = "split.tensors.count";
    private const string Extension = ".gguf";

    /// <summary>Reads the part number and part count from a file's metadata; 0 of 1 for a file that is not split.</summary>
    public static GgufSplit Of(OrderedDictionary<string, GgufValue> metadata)
    {
        int count = metadata.TryGetValue(CountKey, out GgufValue? value) ? value.Get<ushort>() : 0;
        if (count <= 1)
        {
            return new(0, 1);
        }

        GgufValue number = metadata.TryGetValue(NumberKey, out GgufValue? found)
            ? found
            : throw value!.Error($"the file is one of {count} parts, but has no key '{NumberKey}'");
        return number.Get<ushort>() < count
            ? new(number.Get<ushort>(), count)
            : throw number.Error($"part number {number} is not below the part count {count}");
    }

    /// <summary>The path of one part of a model; <paramref name="number"/> starts at 0.</summary>
    public static string PathOf(string prefix, int number, int count) => prefix + Suffix(number, count);

    /// <summary>
    /// The paths of the parts to write for an output that a caller names like a file: <c>qs.gguf</c>, <c>qs</c> or any part give
    /// <c>qs-00001-of-00002.gguf</c> and so on. A model in one part is written as named.
    /// </summary>
    /// <exception cref="IOException">The path names no file.</exception>
    public static string[] OutputPaths(string outputPath, int count)
    {
        if (count == 1)
        {
            return [outputPath];
        }

        string ending = Enumerable.Range(0, count).Select(number => Suffix(number, count)).Append(Extension)
            .FirstOrDefault(ending => outputPath.EndsWith(ending, StringComparison.OrdinalIgnoreCase), "");
        string prefix = outputPath[..^ending.Length];
        if (Path.GetFileName(prefix).Length == 0)
        {
            throw new IOException($"'{outputPath}' cannot be written: it names no file from which the parts could get their names.");
        }

        return [.. Enumerable.Range(0, count).Select(number => PathOf(prefix, number, count))];
    }

    /// <summary>
    /// Opens all parts, in order, of the model that an open part belongs to. On failure all parts are closed, including
    /// <paramref name="opened"/>.
    /// </summary>
    public static List<GgufPart> OpenAll(GgufPart opened)
    {
        var parts = new List<GgufPart> { opened };
        try
        {
            (int openedNumber, int count) = opened.Split;
            if (count > 1)
            {
                string prefix = PrefixOf(opened);
                for (int number = 0; number < count; number++)
                {
                    if (number != openedNumber)
                    {
                        parts.Insert(number, GgufPart.Read(FileMapping.Open(PathOf(prefix, number, count))));
                        Check(parts[number], number, count);
                    }
                }

                CheckTensorCount(parts);
            }

            return parts;
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    private static string Suffix(int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"-{number + 1:D5}-of-{count:D5}{Extension}");

    private static string PrefixOf(GgufPart part)
    {
        string suffix = Suffix(part.Split.Number, part.Split.Count);
        return part.Path!.EndsWith(suffix, StringComparison.Ordinal)
            ? part.Path[..^suffix.Length]
            : throw new GgufFormatException(
                $"part {part.Split.Number + 1} of {part.Split.Count} must be named '…{suffix}', or the other parts cannot be found",
                CountKey, path: part.Path);
    }

    private static void Check(GgufPart part, int number, int count)
    {
        if (part.Split != new GgufSplit(number, count))
        {
            throw new GgufFormatException(
                $"the file is part {part.Split.Number + 1} of {part.Split.Count}, but its name specifies part {number + 1} of {count}",
                NumberKey, path: part.Path);
        }
    }

    private static void CheckTensorCount(List<GgufPart> parts)
    {
        GgufPart first = parts[0];
        GgufValue value = first.Metadata.TryGetValue(TensorCountKey, out GgufValue? found)
            ? found
            : throw new GgufFormatException("the first part has no such key", TensorCountKey, path: first.Path);
        long sum = parts.Sum(part => (long)part.Tensors.Count);
        if (value.GetInt32() != sum)
        {
            throw value.Error($"the model should have {value} tensors, but its {parts.Count} parts have {sum}");
        }
    }
}
