using System.Text;
using System.Text.Json;

namespace Airgap.TestKit;

/// <summary>What Perfetto's importer of JSON traces demands of a file, beyond JSON: whatever breaks a rule is omitted there, or the whole
/// file is refused.</summary>
/// <remarks>Source: src/trace_processor/importers/json and importers/common of Perfetto v56.0.</remarks>
public static class PerfettoRules
{
    /// <summary>Asserts that Perfetto shows every span and arrow of a file.</summary>
    /// <returns>The events in the file's order.</returns>
    public static JsonElement[] AssertShown(string path)
    {
        string text = File.ReadAllText(path, new UTF8Encoding(false, true));
        Assert.DoesNotContain("\\uD8", text, "an escaped surrogate pair is not read");
        Assert.EndsWith("}", text, "bytes after the end are refused in a block of their own");
        JsonElement[] events = [.. JsonDocument.Parse(text).RootElement.GetProperty("traceEvents").EnumerateArray()];
        Dictionary<(int, int), Stack<(long End, JsonElement Event)>> open = [];
        Dictionary<ulong, JsonElement> begun = [];
        foreach (JsonElement each in events.OrderBy(Start))
        {
            (int Group, int Row) row = (each.GetProperty("pid").GetInt32(), each.GetProperty("tid").GetInt32());
            Assert.AreNotEqual(row.Group, row.Row, "a main thread is shown before the other rows");
            open.TryAdd(row, []);
            Stack<(long End, JsonElement Event)> stack = open[row];
            switch (each.GetProperty("ph").GetString())
            {
                case "X":
                    Assert.IsGreaterThanOrEqualTo(0, Length(each), each.ToString());
                    while (stack.TryPeek(out (long End, JsonElement) top) && top.End <= Start(each))
                        stack.Pop();
                    foreach ((long end, JsonElement around) in stack)
                        Assert.IsLessThanOrEqualTo(end, Start(each) + Length(each), $"{each} reaches beyond {around}");
                    stack.Push((Start(each) + Length(each), each));
                    break;
                case "s":
                    AssertBound(stack, each);
                    Assert.IsTrue(begun.TryAdd(each.GetProperty("id").GetUInt64(), stack.Peek().Event), "an id begins one arrow");
                    break;
                case "f":
                    AssertBound(stack, each);
                    JsonElement from = begun[each.GetProperty("id").GetUInt64()];
                    Assert.IsLessThanOrEqualTo(Start(each), Start(from) + Length(from), "an arrow leads forward");
                    break;
            }
        }

        return events;
    }

    // An end is bound to the span that began last in its row, whether it has ended or not.
    private static void AssertBound(Stack<(long End, JsonElement Event)> stack, JsonElement end)
    {
        JsonElement bound = stack.Peek().Event;
        Assert.Contains(bound.GetProperty("cat").GetString(), ["blob", "manifest"], $"{end} is bound to {bound}");
        Assert.AreEqual(Start(end), Start(bound));
    }

    private static long Start(JsonElement each) => each.TryGetProperty("ts", out JsonElement start) ? Nanoseconds(start) : 0;

    private static long Length(JsonElement each) => Nanoseconds(each.GetProperty("dur"));

    private static long Nanoseconds(JsonElement microseconds) => (long)Math.Round(microseconds.GetDouble() * 1000);
}
