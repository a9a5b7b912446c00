using System.Reflection;

namespace LlamaNative.Tests.Architecture;

/// <summary>The whole public API uses the same units: bytes and elements are long, and no size is unsigned.</summary>
public sealed class PublicUnitsTests
{
    private static readonly Type[] s_unsigned = [typeof(uint), typeof(ulong), typeof(nuint), typeof(nint), typeof(ushort)];

    [Fact]
    public void No_size_is_unsigned_or_as_wide_as_a_pointer()
    {
        // A seed is a bit pattern, and a metadata value has the type in its file.
        string[] found =
        [
            .. Numbers()
                .Where(number => s_unsigned.Contains(number.Type) && !number.Name.Contains("seed", StringComparison.OrdinalIgnoreCase))
                .Select(number => number.Owner + "." + number.Name),
        ];
        Assert.Equal(["GgufValue.GetUInt32"], found);
    }

    [Fact]
    public void Bytes_and_elements_are_long()
    {
        string[] counted = ["Bytes", "ByteCount", "ElementCount", "ParameterCount", "Alignment", "BlockSize",
            "TypeSize", "byteOffset", "rowLength"];
        (string Owner, string Name,
            Type Type)[] sizes = [.. Numbers().Where(number => counted.Any(end => number.Name.EndsWith(end, StringComparison.Ordinal)))];
        Assert.All(sizes, size => Assert.True(size.Type == typeof(long), $"{size.Owner}.{size.Name} is {size.Type.Name}"));
        Assert.True(sizes.Length > 20, $"only {sizes.Length} were found");
    }

    [Fact]
    public void A_length_in_time_is_a_TimeSpan()
    {
        string[] units = ["Milliseconds", "Seconds", "Timeout", "Time", "Elapsed", "Duration"];
        Assert.All(
            Numbers().Where(number => units.Any(unit => number.Name.EndsWith(unit, StringComparison.Ordinal))),
            number => Assert.Fail($"{number.Owner}.{number.Name} is a number"));
    }

    /// <summary>Every number in the public API: properties, results and parameters.</summary>
    private static IEnumerable<(string Owner, string Name, Type Type)> Numbers()
    {
        foreach (Type type in typeof(LlamaRuntime).Assembly.GetExportedTypes()
            .Where(type => !type.IsEnum && !typeof(Delegate).IsAssignableFrom(type)))
        {
            foreach (MemberInfo member in type.GetMembers(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                (string, Type)[] values = member switch
                {
                    PropertyInfo property => [(property.Name, property.PropertyType)],
                    MethodInfo { IsSpecialName: false } method => [(method.Name, method.ReturnType), .. Parameters(method)],
                    ConstructorInfo constructor => Parameters(constructor),
                    _ => [],
                };
                foreach ((string name, Type value) in values)
                {
                    Type number = Nullable.GetUnderlyingType(value) ?? value;
                    if (number.IsPrimitive && number != typeof(bool))
                    {
                        yield return (type.Name, name, number);
                    }
                }
            }
        }
    }

    private static (string, Type)[] Parameters(MethodBase method) =>
        [.. method.GetParameters().Select(parameter => (parameter.Name!, parameter.ParameterType))];
}
