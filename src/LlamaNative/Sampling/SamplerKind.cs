namespace LlamaNative.Sampling;

/// <summary>
/// The samplers that <see cref="SamplingOptions.Order"/> arranges; the last step, which chooses the token, is added by itself.
/// </summary>
public enum SamplerKind
{
    /// <summary>Repetition, frequency and presence penalties.</summary>
    Penalties,

    /// <summary>DRY: penalises tokens that would continue a repetition.</summary>
    Dry,

    /// <summary>Keeps tokens within n standard deviations of the best, arXiv:2411.07641.</summary>
    TopNSigma,

    /// <summary>Keeps the k most probable tokens.</summary>
    TopK,

    /// <summary>Locally typical sampling, arXiv:2202.00666.</summary>
    TypicalP,

    /// <summary>Keeps the most probable tokens up to a total probability, arXiv:1904.09751.</summary>
    TopP,

    /// <summary>Keeps tokens at least so probable relative to the best.</summary>
    MinP,

    /// <summary>XTC: sometimes removes the most probable choices.</summary>
    Xtc,

    /// <summary>Divides the logits by the (dynamic) temperature.</summary>
    Temperature,

    /// <summary>Weighs tokens for filling a gap in a text; it must come last.</summary>
    Infill,

    /// <summary>Chooses tokens near a target probability; it must come last and replaces the final draw.</summary>
    AdaptiveP,
}

/// <summary>Mirostat, arXiv:2007.14966, which replaces all other samplers but the temperature.</summary>
public enum Mirostat
{
    /// <summary>Not used.</summary>
    Disabled = 0,

    /// <summary>Version 1.</summary>
    V1 = 1,

    /// <summary>Version 2.</summary>
    V2 = 2,
}
