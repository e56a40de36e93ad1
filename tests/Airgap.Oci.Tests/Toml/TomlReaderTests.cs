using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Airgap.Oci.Toml;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Toml;

/// <summary>TOML is read as its specification says, and as Python's tomllib reads it.</summary>
[TestClass]
public sealed class TomlReaderTests
{
    private static readonly string[] s_keys = ["a", "b", "c-1", "\"d e\"", "'f.g'", "prefix", "location"];

    [TestMethod]
    [DataRow("a = 1", """{"a":1}""")]
    [DataRow("a.b.'c d' = true # comment", """{"a":{"b":{"c d":true}}}""")]
    [DataRow("[a]\nb = \"x\\n\\u00e9\\U0001F600\"\n[a.c]\nd = [1, [ 'y', ], # z\n 2]", """{"a":{"b":"x\né😀","c":{"d":[1,["y"],2]}}}""")]
    [DataRow("[[a]]\nb=1\n[[a.c]]\n[a.d]\n[[a]]\nb=2", """{"a":[{"b":1,"c":[{}],"d":{}},{"b":2}]}""")]
    [DataRow("a = \"\"\"\nx\\\n   y\"\"\"\"\"", "{\"a\":\"xy\\\"\\\"\"}")]
    [DataRow("a = '''x''y'''", """{"a":"x''y"}""")]
    [DataRow("a = { b.c = 1, d = {} }", """{"a":{"b":{"c":1},"d":{}}}""")]
    [DataRow("\uFEFFa = 1\r\n\r\nb = +1_000", """{"a":1,"b":1000}""")]
    [DataRow("[a.b]\n[a]\nc = 1", """{"a":{"b":{},"c":1}}""")]
    [DataRow("a = 1.5\nb = 1979-05-27 07:32:00Z\nc = 0xFF", """{"a":"<1.5>","b":"<1979-05-27 07:32:00Z>","c":"<0xFF>"}""")]
    public void ADocumentIsRead(string text, string json) =>
        Assert.AreEqual(JsonNode.Parse(json.Replace("\n", "\\n", StringComparison.Ordinal))!.ToJsonString(),
            ToJson(TomlReader.Read(text)).ToJsonString());

    [TestMethod]
    [DataRow("a = 1 b = 2", 1)]
    [DataRow("\na = 1\na = 2", 3)]
    [DataRow("[a]\n[a]", 2)]
    [DataRow("a.b = 1\n[a]", 2)]
    [DataRow("a = {}\na.b = 1", 2)]
    [DataRow("a = []\n[[a]]", 2)]
    [DataRow("[[a]]\n[a]", 2)]
    [DataRow("a = 01", 1)]
    [DataRow("a = \"x", 1)]
    [DataRow("a = 'x\ny'", 1)]
    [DataRow("a = \"\\q\"", 1)]
    [DataRow("a = \"\\uD800\"", 1)]
    [DataRow("a = {b = 1,}", 1)]
    [DataRow("= 1", 1)]
    [DataRow("a", 1)]
    [DataRow("a = ", 1)]
    [DataRow("a = 1\u0001", 1)]
    public void InvalidToml_IsRefusedWithItsLine(string text, int line) =>
        Assert.AreEqual(line, Assert.ThrowsExactly<TomlException>(() => TomlReader.Read(text)).Line);

    [TestMethod]
    public void DepthIsBounded()
    {
        Assert.ThrowsExactly<TomlException>(() => TomlReader.Read("a = " + new string('[', 100_000)));
        Assert.ThrowsExactly<TomlException>(() => TomlReader.Read(string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1"));
    }

    /// <summary>Random documents, and the result after one changed character.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [TestCategory(TestKinds.Servers)]
    public async Task TomllibReadsTheSame()
    {
        if (Cli.Find("python3") is not { } python
            || (await Cli.RunAsync(python, ["-c", "import tomllib"])).ExitCode != 0)
        {
            Assert.Inconclusive("tomllib is not installed");
            return;
        }

        Random random = new(20);
        List<string> documents = [];
        for (int i = 0; i < 1500; i++)
        {
            string document = Document(random);
            documents.Add(document);
            const string Marks = "\"'[]{}.=,#\\\n 1a_-\t";
            int at = random.Next(document.Length);
            documents.Add(string.Concat(document.AsSpan(0, at), Marks.AsSpan(random.Next(Marks.Length), 1), document.AsSpan(at + 1)));
        }

        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["in.json"], JsonSerializer.Serialize(documents));
        const string Script = """
            import json, sys, tomllib
            def plain(v):
                if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
                if isinstance(v, list): return [plain(x) for x in v]
                return v if isinstance(v, (str, bool, int)) else "<>"
            out = []
            for text in json.load(open(sys.argv[1])):
                try: out.append(plain(tomllib.loads(text)))
                except tomllib.TOMLDecodeError: out.append(None)
            json.dump(out, open(sys.argv[2], "w"))
            """;
        (await Cli.RunAsync(python, ["-c", Script, folder["in.json"], folder["out.json"]])).EnsureSuccess();
        JsonArray theirs = JsonNode.Parse(await File.ReadAllTextAsync(folder["out.json"]))!.AsArray();
        int refused = 0;
        for (int i = 0; i < documents.Count; i++)
        {
            JsonNode? ours = null;
            try
            {
                ours = ToJson(TomlReader.Read(documents[i]), "<>");
            }
            catch (TomlException)
            {
                refused++;
            }

            Assert.IsTrue(JsonNode.DeepEquals(theirs[i], ours),
                $"{documents[i]}\n---\n{theirs[i]?.ToJsonString()}\n{ours?.ToJsonString()}");
        }

        Assert.IsGreaterThan(200, refused);
        Assert.IsLessThan(1500, refused, "what was not changed is read");
    }

    private static string Document(Random random)
    {
        StringBuilder text = new();
        HashSet<string> used = [];
        for (int section = random.Next(1, 5); section > 0; section--)
        {
            if (text.Length > 0)
                text.Append(random.Next(2) == 0
                    ? $"[[list{random.Next(2)}]]\n" : $"[table{section}.{s_keys[random.Next(s_keys.Length)]}]\n");
            foreach (string key in s_keys.Where(_ => random.Next(3) == 0))
                text.Append(key).Append(random.Next(4) == 0 ? ".x" : "").Append(" = ").Append(Value(random, 0))
                    .Append(random.Next(4) == 0 ? " # c\n" : "\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Value(Random random, int depth) => random.Next(depth > 2 ? 6 : 8) switch
    {
        0 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => "\"mirror.example.com:5000/a\\tb\\\"\\u00e9\"",
        3 => "'C:\\x'",
        4 => "\"\"\"\none\n  two\\\n   three\"\"\"",
        5 => "'''x\n''y'''",
        6 => $"[ {Value(random, depth + 1)}, {Value(random, depth + 1)} ]",
        _ => $"{{ k = {Value(random, 3)}, m.n = {random.Next(9)} }}",
    };

    private static JsonNode ToJson(object value, string? other = null) => value switch
    {
        TomlTable table => new JsonObject(table.Values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ToJson(pair.Value, other)))),
        List<object> list => new JsonArray([.. list.Select(each => ToJson(each, other))]),
        string text => JsonValue.Create(text),
        long number => JsonValue.Create(number),
        bool flag => JsonValue.Create(flag),
        TomlOther unread => JsonValue.Create(other ?? $"<{unread.Text}>"),
        _ => throw new InvalidOperationException(),
    };
}
