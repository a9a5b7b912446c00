namespace LlamaNative.Architecture.Tests;

/// <summary>Reads docs/layers.txt: a name and its meaning per line, two spaces of indent per level, <c>#</c> for comments.</summary>
internal static class LayerReader
{
    private const int Indent = 2;

    /// <summary>The assemblies in their declared order.</summary>
    public static Layer Read(string text)
    {
        var root = new Draft("", "", []);
        var open = new Stack<Draft>([root]);
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            string entry = line.TrimStart();
            if (entry.Length == 0 || entry[0] == '#')
            {
                continue;
            }

            int spaces = line.Length - entry.Length;
            int depth = spaces / Indent;
            if (spaces % Indent != 0 || depth >= open.Count)
            {
                throw new FormatException($"'{entry}' is indented by {spaces} spaces, which fits no line above it.");
            }

            while (open.Count > depth + 1)
            {
                open.Pop();
            }

            Draft draft = ReadEntry(entry);
            if (open.Peek().Children.Any(sibling => sibling.Name == draft.Name))
            {
                throw new FormatException($"'{draft.Name}' is declared twice in the same folder.");
            }

            open.Peek().Children.Add(draft);
            open.Push(draft);
        }

        return root.ToLayer();
    }

    private static Draft ReadEntry(string entry)
    {
        string[] parts = entry.Split(' ', 2, StringSplitOptions.TrimEntries);
        if (parts.Length < 2)
        {
            throw new FormatException($"'{entry}' has no description after its name.");
        }

        return new Draft(parts[0].TrimEnd('/'), parts[1], []);
    }

    private sealed record Draft(string Name, string Meaning, List<Draft> Children)
    {
        public Layer ToLayer() => new(Name, Meaning, [.. Children.Select(child => child.ToLayer())]);
    }
}
