namespace LlamaNative.Templates;

/// <summary>The evaluated arguments of a call: positional ones, then named ones in source order.</summary>
internal readonly struct CallArguments(TemplateValue[] positional, KeyValuePair<string, TemplateValue>[] named)
{
    public static CallArguments Empty => new([], []);

    public TemplateValue[] Positional { get; } = positional;

    public KeyValuePair<string, TemplateValue>[] Named { get; } = named;

    public CallArguments Skip(int count) => new(Positional[count..], Named);

    public TemplateValue Find(string name)
    {
        foreach (KeyValuePair<string, TemplateValue> argument in Named)
        {
            if (argument.Key == name)
            {
                return argument.Value;
            }
        }

        return default;
    }
}
