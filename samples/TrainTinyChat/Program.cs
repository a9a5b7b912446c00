using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LlamaNative;
using TrainTinyChat;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var interrupt = new CancellationTokenSource();
using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
{
    signal.Cancel = !interrupt.IsCancellationRequested; // a second Ctrl+C ends the program
    interrupt.Cancel();
});
try
{
    var options = TrainingCommandLine.Read(args);
    return new TinyChatRun(options).Run(interrupt.Token);
}
catch (Exception error) when (error is LlamaException or ArgumentException or IOException or InvalidDataException or InvalidOperationException)
{
    Console.Error.WriteLine("error: " + error.Message);
    return 1;
}
