using LlamaNative.TestSupport;

foreach ((string name, TinyModelOptions options) in GoldenModels.Random)
{
    options.Save(Path.Combine(args[0], name + ".gguf"));
}
