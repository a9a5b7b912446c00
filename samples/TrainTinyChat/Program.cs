using System.Globalization;
using System.Runtime.InteropServices;
using LlamaNative;
using TrainTinyChat;
using TrainTinyChat.Corpus;
using TrainTinyChat.Evaluation;
using TrainTinyChat.FineTuning;
using TrainTinyChat.Throughput;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var interrupt = new CancellationTokenSource();
using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    signal.Cancel = !interrupt.IsCancellationRequested; // a second Ctrl+C ends the program
    interrupt.Cancel();
});
try
{
    if (args.Any(arg => arg is "--help" or "-h" or "-?"))
    {
        Console.WriteLine(TrainingCommandLine.Help);
        return 0;
    }

    var options = TrainingCommandLine.Read(args);
    if (options.Show is { } count)
    {
        foreach (Document document in CorpusGenerator.Documents(options.Seed, count))
        {
            Console.WriteLine(document.Text);
        }

        return 0;
    }

    if (options.Talk is { } talkative)
    {
        await SampleConversations.WriteAsync(talkative, Console.Out);
        return 0;
    }

    return options switch
    {
        { Throughput: true } => ThroughputRun.Run(options),
        { From: not null } => new FineTuningRun(options).Run(interrupt.Token),
        { Evaluate: { } path } => new TinyChatRun(options).Examine(path, details: true),
        _ => new TinyChatRun(options).Run(interrupt.Token),
    };
}
catch (Exception error) when (error is LlamaException or ArgumentException or IOException or InvalidDataException
    or InvalidOperationException or NotFiniteNumberException or UnauthorizedAccessException)
{
    Console.Error.WriteLine("error: " + error.Message);
    return 1;
}
