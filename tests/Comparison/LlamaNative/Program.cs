using Comparison;

Dictionary<string, Func<string, Task>> tasks = new()
{
    [nameof(GenerateText)] = GenerateText.RunAsync,
    [nameof(StreamChat)] = StreamChat.RunAsync,
    [nameof(OwnSampler)] = OwnSampler.RunAsync,
    [nameof(Embeddings)] = Embeddings.RunAsync,
    [nameof(JsonAnswer)] = JsonAnswer.RunAsync,
    [nameof(ToolCall)] = ToolCall.RunAsync,
};
if (args is not [string name, string model] || !tasks.TryGetValue(name, out Func<string, Task>? run))
{
    Console.Error.WriteLine($"Give a task ({string.Join(", ", tasks.Keys)}) and a model.");
    return 2;
}

await run(model);
return 0;
