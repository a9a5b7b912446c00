namespace LlamaNative.Gguf;

/// <summary>
/// Measures a metadata value without decoding it: a vocabulary of 128k tokens costs a walk over its lengths. What it has
/// walked over is well-formed, so decoding later needs no second check.
/// </summary>
internal static class GgufValueSkipper
{
    /// <summary>Arrays in arrays: the format allows them without a limit, no known file has any.</summary>
    private const int MaxDepth = 8;

    public static void Skip(ref GgufCursor cursor, GgufValueType type, string key)
    {
        long start = cursor.Position;
        Skip(ref cursor, type, key, depth: 0);
        if (cursor.Position - start > Array.MaxLength)
        {
            throw cursor.Error($"a value of {cursor.Position - start} bytes is more than one array of .NET holds", key);
        }
    }

    private static void Skip(ref GgufCursor cursor, GgufValueType type, string key, int depth)
    {
        switch (type)
        {
            case GgufValueType.String:
                cursor.Skip(cursor.ReadCount("string length", 1, GgufCursor.MaxStringLength, key), "string", key);
                break;
            case GgufValueType.Array:
                SkipArray(ref cursor, key, depth + 1);
                break;
            default:
                SkipNumbers(ref cursor, type, 1, key);
                break;
        }
    }

    private static void SkipArray(ref GgufCursor cursor, string key, int depth)
    {
        if (depth > MaxDepth)
        {
            throw cursor.Error($"arrays nest deeper than {MaxDepth}", key);
        }

        var type = (GgufValueType)cursor.ReadInt32("array element type", key);
        if (!type.IsKnown())
        {
            throw cursor.Error($"array element type {(int)type} is unknown", key);
        }

        int minimum = type switch
        {
            GgufValueType.String => sizeof(ulong),
            GgufValueType.Array => sizeof(int) + sizeof(ulong),
            _ => type.Size(),
        };
        long count = cursor.ReadCount("array length", minimum, GgufCursor.MaxArrayLength, key);
        if (type.Size() != 0)
        {
            SkipNumbers(ref cursor, type, count, key);
            return;
        }

        for (long i = 0; i < count; i++)
        {
            Skip(ref cursor, type, key, depth);
        }
    }

    private static void SkipNumbers(ref GgufCursor cursor, GgufValueType type, long count, string key)
    {
        if (type != GgufValueType.Bool)
        {
            cursor.Skip(count * type.Size(), "value", key);
            return;
        }

        foreach (byte value in cursor.Take(count, "bool", key))
        {
            if (value > 1)
            {
                throw cursor.Error("a bool is neither 0 nor 1", key);
            }
        }
    }
}
