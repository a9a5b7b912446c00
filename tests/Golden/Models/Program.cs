using LlamaNative.TestSupport;

foreach ((string name, TinyModelOptions options) in GoldenModels.Random)
{
    options.Save(Path.Combine(args[0], name + ".gguf"));
}

DirectoryInfo architectures = Directory.CreateDirectory(Path.Combine(args[0], "architectures"));
foreach (ArchitectureRow row in ArchitectureTable.Rows)
{
    ArchitectureModel.CreateMetadata(row).Save(Path.Combine(architectures.FullName, row.Name + ".gguf"));
}
