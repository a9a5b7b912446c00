using System.Globalization;
using System.Runtime.CompilerServices;

namespace LlamaNative;

/// <summary>
/// The one way in which options are validated. Each options record has a <c>Validate</c> that its users call before
/// anything else, so that <c>with</c> expressions may pass through states that are not valid. What it throws names the
/// option, its value and what it may be; see <see cref="LlamaException"/>.
/// </summary>
internal static class OptionCheck
{
    /// <summary>Requires a value between two others; NaN is between none.</summary>
    public static T InRange<T>(T value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0 ? value : throw OutOfRange(value, $"from {Text(min)} to {Text(max)}", name);

    /// <summary>As the other overload, where null is allowed.</summary>
    public static T? InRange<T>(T? value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, IComparable<T> => value is { } given ? InRange(given, min, max, name) : null;

    /// <summary>Requires a value not below another.</summary>
    public static T AtLeast<T>(T value, T min, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T> => value.CompareTo(min) >= 0 ? value : throw OutOfRange(value, $"at least {Text(min)}", name);

    /// <summary>As the other overload, where null is allowed.</summary>
    public static T? AtLeast<T>(T? value, T min, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, IComparable<T> => value is { } given ? AtLeast(given, min, name) : null;

    /// <summary>Requires a number that is neither NaN nor infinite.</summary>
    public static float Finite(float value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        float.IsFinite(value) ? value : throw OutOfRange(value, "a finite number", name);

    /// <summary>Requires a member of an enum.</summary>
    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw OutOfRange(value, $"one of {string.Join(", ", Enum.GetNames<T>())}", name);

    /// <summary>As the other overload, where null is allowed.</summary>
    public static T? Defined<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum => value is { } given ? Defined(given, name) : null;

    /// <summary>Requires an object: a caller may have set null all the same.</summary>
    public static T NotNull<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : class => value ?? throw new ArgumentNullException(OptionOf(name), $"{OptionOf(name)} is null.");

    /// <summary>Requires a text of at least one character, where null is allowed.</summary>
    public static string? NotEmpty(string? value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is not { Length: 0 } ? value : throw Invalid($"{OptionOf(name)} is empty.", name);

    /// <summary>Requires a list without null in it.</summary>
    public static IReadOnlyList<T> NoneNull<T>(IReadOnlyList<T>? value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        foreach (T item in NotNull(value, name))
        {
            if (item is null)
            {
                throw Invalid($"{OptionOf(name)} holds null.", name);
            }
        }

        return value!;
    }

    /// <summary>The error for a value that is not what it must be.</summary>
    public static ArgumentOutOfRangeException OutOfRange(object value, string allowed, string name) =>
        new(OptionOf(name), value, $"{OptionOf(name)} is {Text(value)}; it must be {allowed}.");

    /// <summary>The error that a message describes.</summary>
    public static ArgumentException Invalid(string message, string name, Exception? cause = null) => new(message, OptionOf(name), cause);

    /// <summary>The option in an expression such as <c>options.BatchSize</c>.</summary>
    private static string OptionOf(string expression) => expression[(expression.LastIndexOf('.') + 1)..];

    private static string? Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}
