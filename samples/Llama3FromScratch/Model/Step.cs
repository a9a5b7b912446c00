using LlamaNative.Compute;

namespace Llama3FromScratch.Model;

/// <summary>One named step of the forward pass.</summary>
/// <param name="Name">A descriptive name.</param>
/// <param name="Layer">The layer, counted from 0; null outside the layers.</param>
/// <param name="Shape">The shape with rows first, one per token, e.g. <c>[17×4096]</c>.</param>
/// <param name="Counterpart">The name of the same tensor in llama.cpp's graph.</param>
/// <param name="Operation">The ggml operator that computes it there, since several tensors can have the same name.</param>
/// <param name="Result">The tensor.</param>
internal sealed record Step(string Name, int? Layer, string Shape, string Counterpart, string Operation, GgmlTensor Result);
