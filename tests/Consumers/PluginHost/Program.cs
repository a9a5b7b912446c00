// PluginHost PLUGIN.dll MODEL PROMPT TOKENS: loads the plugin twice side by side, unloads both and loads it again. Prints
// the story once if all three generated the same, and reports on standard error whether the plugins were really unloaded.
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;

Console.OutputEncoding = new UTF8Encoding(false);
(string[] stories, WeakReference[] plugins) = TellTwice(args);
for (int i = 0; i < 20 && plugins.Any(plugin => plugin.IsAlive); i++)
{
    GC.Collect();
    GC.WaitForPendingFinalizers();
}

Console.Error.WriteLine($"unloaded: {plugins.All(plugin => !plugin.IsAlive)}");
string last = new PluginContext(args[0]).Tell(args);
Console.Out.Write(stories[0] == stories[1] && stories[1] == last ? last : $"three stories: {stories[0]} | {stories[1]} | {last}");

[MethodImpl(MethodImplOptions.NoInlining)]
static (string[] Stories, WeakReference[] Plugins) TellTwice(string[] args)
{
    PluginContext[] plugins = [new(args[0]), new(args[0])];
    string[] stories = [.. plugins.Select(plugin => plugin.Tell(args))];
    foreach (PluginContext plugin in plugins)
    {
        plugin.Unload();
    }

    return (stories, [.. plugins.Select(plugin => new WeakReference(plugin))]);
}

internal sealed class PluginContext(string path) : AssemblyLoadContext(isCollectible: true)
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    public string Tell(string[] args)
    {
        MethodInfo tell = LoadFromAssemblyPath(Path.GetFullPath(path)).GetType("StoryPlugin.Plugin")!.GetMethod("Tell")!;
        return (string)tell.Invoke(null, [args[1], args[2], int.Parse(args[3], null)])!;
    }

    protected override Assembly? Load(AssemblyName name) =>
        _resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;

    protected override nint LoadUnmanagedDll(string name) =>
        _resolver.ResolveUnmanagedDllToPath(name) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
}
