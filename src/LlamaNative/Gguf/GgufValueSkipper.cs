namespace LlamaNative.Gguf;

/// <summary>
/// Measures and validates a metadata value without decoding it. For a vocabulary of 128k tokens this reads only the lengths. Decoding a
/// validated value later needs no further checks.
/// </summary>
internal static class GgufValueSkipper
{
    /// <summary>The maximum nesting of arrays. The format sets no limit, but no known file has nested arrays.</summary>
    private const int MaxDepth = 8;

    public static void Skip(ref GgufCursor cursor, GgufValueType type, string key)
    {
        long start = cursor.Position;
        Skip(ref cursor, type, key, depth: 0);
        if (cursor.Position - start > Array.MaxLength)
        {
            throw cursor.Error($"the value has {cursor.Position - start} bytes, which exceeds the maximum length of a .NET array", key);
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
            throw cursor.Error($"arrays are nested more than {MaxDepth} levels deep", key);
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
