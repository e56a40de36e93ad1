using System.Diagnostics;
using System.Globalization;
using System.Text;
using Airgap.Oci;

namespace Airgap.TestKit.Fuzzing;

/// <summary>
/// Feeds a parser with the inputs of its corpus and with mutations of them by a <see cref="Mutator"/>. Each is read, or refused by an
/// printable <see cref="AirgapException"/>, within a budget of processor time and memory that grows only with its bytes.
/// AIRGAP_FUZZ_RUNS sets the number of mutations for each parser (default 2,000), AIRGAP_FUZZ_FIRST the number of the first.
/// </summary>
public static class Fuzz
{
    private const int OrdinaryRuns = 2_000;

    // The memory and time that a parser may use for an empty input, and for each byte of its input.
    private const long Allocated = 2_000_000;
    private const long AllocatedPerByte = 1_000;
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_timePerByte = TimeSpan.FromMicroseconds(20);

    /// <summary>Runs a parser.</summary>
    /// <param name="context">Receives a line about the run.</param>
    /// <param name="target">The corpus: the folder of that name below corpus/. Each file is an input, each line of a file that ends with
    /// .lines is one.</param>
    /// <param name="parse">The parser, on the thread it is called on.</param>
    /// <param name="tokens">Words of the format.</param>
    /// <param name="mend">Makes an input pass the first check, such as a checksum; applied to every second input.</param>
    public static void Run(TestContext context, string target, Action<byte[]> parse, IReadOnlyList<string> tokens,
        Func<byte[], byte[]>? mend = null)
    {
        List<byte[]> corpus = [.. Corpus(target)];
        foreach (byte[] input in corpus)
            Check(input, $"corpus/{target}", parse);
        Mutator mutator = new(corpus, tokens);
        int first = Number("AIRGAP_FUZZ_FIRST") ?? 1;
        int runs = Number("AIRGAP_FUZZ_RUNS") ?? OrdinaryRuns;
        int refused = 0;
        Stopwatch watch = Stopwatch.StartNew();
        for (int number = first; number < first + runs; number++)
        {
            byte[] input = mutator.Make(number);
            if (mend is not null && number % 2 == 0)
                input = mend(input);
            refused += Check(input, $"AIRGAP_FUZZ_FIRST={number} AIRGAP_FUZZ_RUNS=1 {target}", parse) ? 0 : 1;
        }

        context.WriteLine(
            $"{target}: {corpus.Count} inputs in the corpus, {runs} made from number {first} on, {refused} of them refused, " +
            $"{watch.Elapsed.TotalSeconds:0.0} s");
        if (runs >= OrdinaryRuns)
            Assert.IsGreaterThan(0, refused, "Nothing was refused: the parser was not reached.");
    }

    // True when it was read.
    private static bool Check(byte[] input, string name, Action<byte[]> parse)
    {
        TimeSpan time = TimeSpan.MaxValue;
        long mostAllocated = Allocated + (AllocatedPerByte * input.Length);
        TimeSpan mostTime = s_time + (s_timePerByte * input.Length);
        for (int attempt = 0; ; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = ThreadTime.Used;
            bool isRead = Try(input, name, parse);
            TimeSpan taken = ThreadTime.Used - started;
            time = taken < time ? taken : time;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > mostAllocated)
                Assert.Fail($"{name}: {allocated} bytes were allocated, and {mostAllocated} are allowed, for {Show(input)}");
            if (time <= mostTime)
                return isRead;
            // The first attempts compile the parser.
            if (attempt == 9)
                Assert.Fail($"{name}: it took {time.TotalSeconds:0.0} s to read {Show(input)}");
        }
    }

    private static bool Try(byte[] input, string name, Action<byte[]> parse)
    {
        try
        {
            parse(input);
            return true;
        }
        catch (AirgapException e)
        {
            if (e.Message.Length is 0 or > 2000 || e.Message.Any(char.IsControl)
                || (e.Code != ErrorCode.Unexpected && e.Advice.Length == 0))
                Assert.Fail($"{name}: '{e.Message}' ('{e.Advice}') cannot be shown; of {Show(input)}");
            return false;
        }
        catch (Exception e) when (e is not UnitTestAssertException)
        {
            throw new AssertFailedException($"{name}: {e.GetType().Name} for {Show(input)}", e);
        }
    }

    private static IEnumerable<byte[]> Corpus(string target)
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "tests", "Airgap.TestKit", "corpus", target);
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            byte[] content = File.ReadAllBytes(path);
            if (!path.EndsWith(".lines", StringComparison.Ordinal))
                yield return content;
            else
            {
                foreach (string line in Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    yield return Encoding.UTF8.GetBytes(line);
            }
        }
    }

    private static string Show(byte[] input) =>
        $"{input.Length} bytes, in base64 {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 6000)))}";

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
