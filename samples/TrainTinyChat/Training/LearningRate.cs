namespace TrainTinyChat.Training;

/// <summary>Linear warm-up, then cosine decay (Loshchilov and Hutter, "SGDR", 2017) to a small fraction.</summary>
internal sealed record LearningRate(float Peak, int WarmUp, int Steps, float Floor = 0.05f)
{
    /// <summary>The rate of a step; steps start at 0.</summary>
    public float At(int step)
    {
        if (step < WarmUp)
        {
            return Peak * (step + 1) / WarmUp;
        }

        double progress = (double)(step - WarmUp) / Math.Max(Steps - WarmUp, 1);
        return (float)(Peak * (Floor + ((1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(progress, 1))))));
    }
}
