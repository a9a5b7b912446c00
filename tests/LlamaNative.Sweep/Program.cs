// Usage: LlamaNative.Sweep ARCHITECTURE...
//
// Makes the calls of the table with a tiny model of each architecture and prints one line for each, tab-separated:
//   begin   ARCHITECTURE CALL          before a call, so that the reader knows during which one the process died
//   answer  ARCHITECTURE CALL
//   refused ARCHITECTURE CALL REASON   a typed error, where the call makes no sense for the architecture
//   wrong   ARCHITECTURE CALL REASON   anything else
using System.Globalization;
using LlamaNative;
using LlamaNative.Sweep;
using LlamaNative.TestSupport;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
foreach (string name in args)
{
    Sweep(ArchitectureTable.Rows.Single(row => row.Name == name));
}

return 0;

void Sweep(ArchitectureRow row)
{
    Write("begin", row.Name, "load");
    Subject subject;
    try
    {
        subject = new Subject(row);
    }
    catch (Exception error)
    {
        Write("wrong", row.Name, "load", Describe(error));
        return;
    }

    Write("answer", row.Name, "load");
    using (subject)
    {
        foreach (Call call in Calls.All.Where(call => (call.Except & row.Kind) == 0))
        {
            Write("begin", row.Name, call.Name);
            Make(call, subject);
        }
    }
}

void Make(Call call, Subject subject)
{
    bool answers = (call.Answers & subject.Row.Kind) != 0;
    bool mayRefuse = call.MayRefuse || KnownUpstream.Refuses(subject.Row.Name, call.Name);
    try
    {
        call.Make(subject);
        if (answers || mayRefuse)
        {
            Write("answer", subject.Row.Name, call.Name);
        }
        else
        {
            Write("wrong", subject.Row.Name, call.Name, $"answers although the model's kind is {subject.Row.Kind}");
        }
    }
    catch (LlamaException error) when (!answers || mayRefuse)
    {
        Write("refused", subject.Row.Name, call.Name, Describe(error));
    }
    catch (Exception error)
    {
        Write("wrong", subject.Row.Name, call.Name, Describe(error));
    }
}

static string Describe(Exception error) => error is WrongAnswerException ? error.Message : $"{error.GetType().Name}: {error.Message}";

void Write(params string[] fields) =>
    output.WriteLine(string.Join('\t', fields.Select(field => field.ReplaceLineEndings(" ").Replace('\t', ' '))));
