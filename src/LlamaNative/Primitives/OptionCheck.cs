using System.Globalization;
using System.Runtime.CompilerServices;

namespace LlamaNative;

/// <summary>
/// Validates options. Each options record has a <c>Validate</c> method that is called before the options are used, so that <c>with</c>
/// expressions may create invalid intermediate states. The exceptions name the option, its value and the allowed values; see
/// <see cref="LlamaException"/>.
/// </summary>
internal static class OptionCheck
{
    /// <summary>Requires a value between a minimum and a maximum, both inclusive. NaN is rejected.</summary>
    public static T InRange<T>(T value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0 ? value : throw OutOfRange(value, $"from {Text(min)} to {Text(max)}", name);

    /// <summary>Same as the other overload, but accepts null.</summary>
    public static T? InRange<T>(T? value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, IComparable<T> => value is { } given ? InRange(given, min, max, name) : null;

    /// <summary>Requires a value of at least a minimum.</summary>
    public static T AtLeast<T>(T value, T min, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T> => value.CompareTo(min) >= 0 ? value : throw OutOfRange(value, $"at least {Text(min)}", name);

    /// <summary>Same as the other overload, but accepts null.</summary>
    public static T? AtLeast<T>(T? value, T min, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, IComparable<T> => value is { } given ? AtLeast(given, min, name) : null;

    /// <summary>Requires a number that is neither NaN nor infinite.</summary>
    public static float Finite(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        float.IsFinite(value) ? value : throw OutOfRange(value, "a finite number", name);

    /// <summary>Requires a defined enum value.</summary>
    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw OutOfRange(value, $"one of {string.Join(", ", Enum.GetNames<T>())}", name);

    /// <summary>Same as the other overload, but accepts null.</summary>
    public static T? Defined<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum => value is { } given ? Defined(given, name) : null;

    /// <summary>Requires a non-null value, because callers can assign null despite the annotations.</summary>
    public static T NotNull<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : class => value ?? throw new ArgumentNullException(OptionOf(name), $"{OptionOf(name)} is null.");

    /// <summary>Requires null or a string of at least one character.</summary>
    public static string? NotEmpty(string? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is not { Length: 0 } ? value : throw Invalid($"{OptionOf(name)} is empty.", name);

    /// <summary>Requires a list that contains no null.</summary>
    public static IReadOnlyList<T> NoneNull<T>(IReadOnlyList<T>? value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        foreach (T item in NotNull(value, name))
        {
            if (item is null)
            {
                throw Invalid($"{OptionOf(name)} contains null.", name);
            }
        }

        return value!;
    }

    /// <summary>Creates the exception for a value that is not allowed.</summary>
    public static ArgumentOutOfRangeException OutOfRange(object value, string allowed, string name) =>
        new(OptionOf(name), value, $"{OptionOf(name)} is {Text(value)}; it must be {allowed}.");

    /// <summary>Creates the exception for an invalid option.</summary>
    public static ArgumentException Invalid(string message, string name, Exception? cause = null) => new(message, OptionOf(name), cause);

    /// <summary>The option's name in an expression such as <c>options.BatchSize</c>.</summary>
    private static string OptionOf(string expression) => expression[(expression.LastIndexOf('.') + 1)..];

    private static string? Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}
