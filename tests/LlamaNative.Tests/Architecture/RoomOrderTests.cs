using System.Text.RegularExpressions;

namespace LlamaNative.Tests.Architecture;

/// <summary>
/// The library is a house of rooms in which nothing points back down: a reader follows a prompt in one direction.
/// If this fails, code in one room reaches for a room built on top of it.
/// </summary>
public sealed partial class RoomOrderTests
{
    /// <summary>Ground floor first; each room uses only those before it.</summary>
    private static readonly string[] s_rooms =
        ["Platform", "Diagnostics", "Tensors", "Gguf", "Interop", "Compute", "Models", "Contexts", "Planning", "Embeddings", "Sampling", "Generation", "Chat"];

    [Fact]
    public void No_room_uses_one_built_on_top_of_it()
    {
        string library = Repository.PathOf("src", "LlamaNative");
        var wrong = new List<string>();
        int uses = 0;
        foreach (string file in Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories))
        {
            string[] parts = Path.GetRelativePath(library, file).Split(Path.DirectorySeparatorChar);
            int room = Array.IndexOf(s_rooms, parts[0]);
            foreach (Match use in UsingOfRoom().Matches(File.ReadAllText(file)))
            {
                uses++;
                int used = Array.IndexOf(s_rooms, use.Groups["room"].Value);
                if (room >= 0 && used > room)
                {
                    wrong.Add($"{string.Join('/', parts)} uses {s_rooms[used]}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(uses > 50, "the using lines were not found");
    }

    [Fact]
    public void Native_imports_are_declared_in_Interop_alone()
    {
        string library = Repository.PathOf("src");
        string[] elsewhere =
        [
            .. Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains(Path.Combine("LlamaNative", "Interop"), StringComparison.Ordinal))
                .Where(file => !file.Contains(Path.DirectorySeparatorChar + "obj" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                .Where(file => File.ReadAllText(file) is var text && (text.Contains("[LibraryImport(", StringComparison.Ordinal) || text.Contains("[DllImport(", StringComparison.Ordinal))),
        ];
        Assert.Empty(elsewhere);
    }

    [GeneratedRegex(@"^using LlamaNative\.(?<room>[A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex UsingOfRoom();
}
