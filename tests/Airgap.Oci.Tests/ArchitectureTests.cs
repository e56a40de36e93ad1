using System.Text.RegularExpressions;
using Airgap.TestKit;

namespace Airgap.Oci.Tests;

/// <summary>The folders of each library depend on one another only as src/ARCHITECTURE.md states.</summary>
[TestClass]
public sealed partial class ArchitectureTests
{
    private const string Root = "(root)";

    private static readonly string s_source = Path.Combine(Fixtures.RepositoryRoot, "src");

    public static IEnumerable<object[]> Libraries() => Drawing().Select(line => new object[] { line.Library });

    [TestMethod]
    [DynamicData(nameof(Libraries))]
    public void EveryFolder_IsARoomOfTheDrawing_AndEveryRoomIsAFolder(string library)
    {
        string[] folders = [.. Directory.GetDirectories(Path.Combine(s_source, library)).Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj")).Concat(Files(library, Root).Any() ? [Root] : []).Order(StringComparer.Ordinal)];

        Assert.AreSequenceEqual(folders, [.. Levels(library).Keys.Order(StringComparer.Ordinal)]);
    }

    [TestMethod]
    [DynamicData(nameof(Libraries))]
    public void NoRoom_UsesARoomThatIsNotToItsLeft(string library)
    {
        Dictionary<string, int> levels = Levels(library);
        string[] rootTypes = [.. Files(library, Root).SelectMany(file => TypeName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)];
        List<string> against = [];
        foreach (string room in levels.Keys)
        {
            foreach (string file in Files(library, room))
            {
                string text = Comment().Replace(File.ReadAllText(file), "");
                foreach (string used in Used(library, text, levels.Keys, rootTypes)
                    .Where(used => used != room && levels[used] >= levels[room]))
                    against.Add($"{library}: {room} -> {used} in {Path.GetFileName(file)}");
            }
        }

        Assert.IsEmpty(against, string.Join(Environment.NewLine, against));
    }

    // A longer file usually contains a second idea, which deserves its own name and file.
    [TestMethod]
    public void NoSourceFile_IsLongerThan200Lines_ButForThoseThatSayWhy()
    {
        const int longest = 200;
        Dictionary<string, string> reasons = new()
        {
            ["Airgap.Oci/ErrorCode.cs"] = "One enum: in one place one sees which codes are taken, and CODES.md is made from it.",
        };
        string[] longer = [.. Directory.EnumerateFiles(s_source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: file, Name: Path.GetRelativePath(s_source, file).Replace('\\', '/')))
            .Where(file => !file.Name.Split('/').Any(part => part is "bin" or "obj") && File.ReadLines(file.Path).Count() > longest)
            .Select(file => file.Name).Order(StringComparer.Ordinal)];

        Assert.AreSequenceEqual(reasons.Keys.Order(StringComparer.Ordinal).ToArray(), longer);
    }

    // As .editorconfig declares it, which no analyzer checks. A string of data, such as a line of JSON, may be longer.
    [TestMethod]
    public void NoLine_IsLongerThanDeclared_ButForATextInIt()
    {
        const int longest = 140;
        List<string> longer = [];
        foreach (string file in new[] { "src", "tests", "build" }.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts")))
        {
            int number = 0;
            bool isInText = false;
            foreach (string line in File.ReadLines(file))
            {
                number++;
                bool wasInText = isInText;
                isInText ^= RawQuotes().Count(line) % 2 == 1;
                bool isComment = !wasInText && line.TrimStart().StartsWith("//", StringComparison.Ordinal);
                bool hasText = wasInText || (isComment ? line.Contains("inheritdoc", StringComparison.Ordinal) : line.Contains('"'));
                if (line.Length > longest && !hasText)
                    longer.Add($"{Path.GetRelativePath(Fixtures.RepositoryRoot, file)}:{number}");
            }
        }

        Assert.IsEmpty(longer, string.Join(Environment.NewLine, longer));
    }

    [TestMethod]
    public void TheWalkFromAnItemToItsPut_LeadsFromFileToFile()
    {
        string[] walk = [.. File.ReadLines(Path.Combine(s_source, "ARCHITECTURE.md"))
            .SkipWhile(line => line != "### From an item to its PUT")
            .Select(line => Step().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

        Assert.IsInRange(2, 12, walk.Length);
        string before = File.ReadAllText(Path.Combine(s_source, walk[0]));
        foreach (string file in walk[1..])
        {
            string text = File.ReadAllText(Path.Combine(s_source, file));
            string type = Path.GetFileNameWithoutExtension(file);
            // By its own name, or as the implementation of an interface.
            string[] names = [type, .. Regex.Matches(text, $@"class {type}\b[^{{]*: (I\w+)").Select(match => match.Groups[1].Value)];
            Assert.IsTrue(names.Any(name => Regex.IsMatch(before, $@"\b{name}\b")), $"No file before {file} names it.");
            before += text;
        }

        Assert.Contains("WholeUpload.PutAsync", before);
    }

    // By a using directive, by a name that begins with a folder's, or, since every folder sees the library's own namespace, by the name of
    // a type there.
    private static HashSet<string> Used(string library, string text, IEnumerable<string> rooms, string[] rootTypes)
    {
        HashSet<string> used = [];
        foreach (string room in rooms.Where(room => room != Root))
        {
            if (Regex.IsMatch(text, $@"^using (static )?{Regex.Escape(library)}\.{room}[.;]", RegexOptions.Multiline)
                || Regex.IsMatch(text, $@"(?<![\w.]){room}\.[A-Z]\w+\.[A-Z(]"))
            {
                used.Add(room);
            }
        }

        if (rootTypes.Any(type => Regex.IsMatch(text, $@"(?<![\w.]){type}\b(?!\s*=)")))
            used.Add(Root);
        return used;
    }

    private static IEnumerable<string> Files(string library, string room)
    {
        string folder = Path.Combine(s_source, library);
        return room == Root
            ? Directory.EnumerateFiles(folder, "*.cs")
            : Directory.EnumerateFiles(Path.Combine(folder, room), "*.cs", SearchOption.AllDirectories);
    }

    private static Dictionary<string, int> Levels(string library)
    {
        string rooms = Drawing().Single(line => line.Library == library).Rooms;
        return rooms.Split('<').SelectMany((level, index) => level.Split(',', StringSplitOptions.TrimEntries).Select(room => (room, index)))
            .ToDictionary(pair => pair.room, pair => pair.index);
    }

    private static IEnumerable<(string Library, string Rooms)> Drawing() =>
        File.ReadLines(Path.Combine(s_source, "ARCHITECTURE.md")).SkipWhile(line => line != "```rooms").Skip(1)
            .TakeWhile(line => line != "```")
            .Select(line => line.Split(':')).Select(parts => (parts[0], parts[1]));

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(@"^\d+\. \[[^\]]+\]\(([^)]+)\)")]
    private static partial Regex Step();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:public|internal) [\w ]*?(?:class|struct|interface|enum|record) (?:struct |class )?(\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeName();
}
