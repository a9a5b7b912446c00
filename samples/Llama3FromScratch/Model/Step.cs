using LlamaNative.Compute;

namespace Llama3FromScratch.Model;

/// <summary>One named step of the forward pass.</summary>
/// <param name="Name">What it is, in a reader's words.</param>
/// <param name="Layer">The layer, counted from 0; null outside the layers.</param>
/// <param name="Shape">Its shape as a reader counts: rows first, tokens down, e.g. <c>[17×4096]</c>.</param>
/// <param name="Counterpart">The name of the same tensor in llama.cpp's own graph.</param>
/// <param name="Operation">The ggml operator that makes it there, as some names are given to several tensors.</param>
/// <param name="Result">The tensor.</param>
internal sealed record Step(string Name, int? Layer, string Shape, string Counterpart, string Operation, GgmlTensor Result);
