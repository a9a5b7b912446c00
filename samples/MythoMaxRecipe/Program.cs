using LlamaNative;
using LlamaNative.Merging;
using MythoMaxRecipe;

// MythoMaxRecipe                        merges two small synthetic models of 40 layers and prints Huginn's shares
// MythoMaxRecipe MYTHOLOGIC HUGINN OUT  merges two real models to Q4_K_M
// MythoMaxRecipe --make SHAPE TYPE SEED FILE   writes a synthetic model: small, 1.1B or 13B; F16, Q8_0 or Q4_K_M
try
{
    switch (args)
    {
        case ["--make", var shape, var type, var seed, var file]:
            SyntheticModel.Write(file, ModelShape.Parse(shape), type, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture));
            return 0;
        case [var mythoLogic, var huginn, var output]:
            Recipe.Run(mythoLogic, huginn, output, type: "Q4_K_M");
            return 0;
        case []:
            Recipe.RunOnSyntheticModels();
            return 0;
        default:
            Console.Error.WriteLine("usage: MythoMaxRecipe [MYTHOLOGIC.gguf HUGINN.gguf OUT.gguf]");
            return 2;
    }
}
catch (Exception error) when (error is LlamaException or IOException or ArgumentException or FormatException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
