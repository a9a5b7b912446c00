namespace LlamaNative.Sampling;

/// <summary>
/// The samplers in <see cref="SamplingOptions.Order"/>. The final sampler, which chooses the token, is added automatically.
/// </summary>
public enum SamplerKind
{
    /// <summary>Repetition, frequency and presence penalties.</summary>
    Penalties,

    /// <summary>DRY: penalizes tokens that would extend a repetition.</summary>
    Dry,

    /// <summary>Top-nσ: keeps tokens whose logit is within n standard deviations of the largest, arXiv:2411.07641.</summary>
    TopNSigma,

    /// <summary>Keeps the k most probable tokens.</summary>
    TopK,

    /// <summary>Locally typical sampling, arXiv:2202.00666.</summary>
    TypicalP,

    /// <summary>
    /// Nucleus (top-p) sampling: keeps the smallest set of most probable tokens that reaches a total probability,
    /// arXiv:1904.09751.
    /// </summary>
    TopP,

    /// <summary>Min-p: keeps tokens whose probability is at least a fraction of the most probable token's.</summary>
    MinP,

    /// <summary>XTC: sometimes removes the most probable choices.</summary>
    Xtc,

    /// <summary>Divides the logits by the (dynamic) temperature.</summary>
    Temperature,

    /// <summary>Adjusts probabilities for fill-in-the-middle; must be last.</summary>
    Infill,

    /// <summary>Adaptive-p: chooses tokens near a target probability; must be last, and replaces the final draw.</summary>
    AdaptiveP,
}

/// <summary>Mirostat, arXiv:2007.14966, which replaces all other samplers except the temperature.</summary>
public enum Mirostat
{
    /// <summary>Disabled.</summary>
    Disabled = 0,

    /// <summary>Version 1.</summary>
    V1 = 1,

    /// <summary>Version 2.</summary>
    V2 = 2,
}
