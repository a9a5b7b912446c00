namespace TrainTinyChat.Training;

/// <summary>Up in a straight line, then down along half a cosine (Loshchilov and Hutter, "SGDR", 2017) to a small part.</summary>
internal sealed record LearningRate(float Peak, int WarmUp, int Steps, float Floor = 0.05f)
{
    /// <summary>The rate of a step, which counts from 0.</summary>
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
