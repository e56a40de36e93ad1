using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Tests.Costs;

/// <summary>
/// A package file with errors everywhere costs no more than its size: a hundred findings of a kind are listed, and the others counted.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[DoNotParallelize]
public sealed class PackageFindingTests
{
    private const int Smallest = 64 * 1024;
    private const string Package =
        "apiVersion: data.packaging.carvel.dev/v1alpha1\nkind: Package\nmetadata: {name: a.b.c.1.0.0}\nspec:\n  refName: a.b.c\n  " +
        "version: 1.0.0\n";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void UnknownFields_AreToldUpToABound() =>
        Bounded(ErrorCode.UnknownPackageField, Package, i => string.Create(CultureInfo.InvariantCulture, $"  {i:x}:\n"), "");

    [TestMethod]
    public void ValuesOfTheWrongType_AreToldUpToABound() => Bounded(ErrorCode.InvalidPackage, Package + "  licenses: [", _ => "1,", "]\n");

    [TestMethod]
    public void PackagesThatStandTwice_AreToldUpToABound() => Bounded(ErrorCode.DuplicatePackage, "", _ => $"---\n{Package}", "");

    [TestMethod]
    public void ImagesThatAreNotLocked_AreToldUpToABound() =>
        Bounded(ErrorCode.ReferenceNotLocked, "a:\n", i => string.Create(CultureInfo.InvariantCulture, $"- image: r/{i:x}\n"), "");

    [TestMethod]
    public void PlacesThatAreFetchedFrom_AreToldUpToABound() =>
        Bounded(ErrorCode.FetchNotRelocated, Package + "  template: {spec: {fetch: [", _ => "{http: {url: a}},", "]}}\n");

    [TestMethod]
    public void EachFileHasItsOwnBound()
    {
        FindingsPerFile told = new();
        foreach (string file in new[] { "a.yml", "b.yml" })
        {
            for (int i = 0; i < FindingsPerFile.Most; i++)
                Assert.IsTrue(told.Take(ErrorCode.InvalidPackage, file));
        }

        Assert.IsEmpty(told.More());
        Assert.IsFalse(told.Take(ErrorCode.InvalidPackage, "b.yml"));
        Assert.IsFalse(told.Take(ErrorCode.InvalidPackage, "b.yml"));
        Diagnostic more = told.More().Single();
        Assert.AreEqual(new SourceLocation("b.yml"), more.Location);
        Assert.Contains("2 more", more.Message);
    }

    private void Bounded(ErrorCode code, string start, Func<int, string> part, string end)
    {
        using TempFolder folder = new();
        List<double> perByte = [];
        foreach (int size in (int[])[Smallest, 4 * Smallest, 16 * Smallest])
        {
            StringBuilder text = new(start);
            int parts = 0;
            while (text.Length < size)
                text.Append(part(parts++));
            File.WriteAllText(folder["a.yml"], text.Append(end).ToString());
            Dictionary<string, ContentFile> files = new() { ["packages/a.yml"] = new ContentFile("packages/a.yml", folder["a.yml"]) };
            long held = GC.GetTotalMemory(forceFullCollection: true);
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
            ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
            PackageChecks checks = new(problems, warnings);
            checks.Check(files);
            checks.CheckReferences([]);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            held = GC.GetTotalMemory(forceFullCollection: true) - held;
            GC.KeepAlive(checks);
            perByte.Add((double)allocated / size);
            TestContext.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{size} bytes, {parts} parts: {allocated} allocated ({(double)allocated / size:0} a byte), {held} held " +
                $"({(double)held / size:0} a byte)"));

            Diagnostic[] found = [.. problems.Concat(warnings).Where(problem => problem.Code == code)];
            Assert.HasCount(FindingsPerFile.Most + 1, found);
            Assert.Contains(" more findings", found[^1].Message);
            Assert.IsLessThan(4_000_000 + (40L * size), held, $"for {size} bytes");
        }

        Assert.IsLessThan((perByte[0] * 1.5) + 50, perByte[2], string.Join(", ", perByte));
    }
}
