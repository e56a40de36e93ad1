using System.Globalization;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>Lists whose pages a registry links endlessly.</summary>
[TestClass]
public sealed class VisitedPagesTests
{
    private readonly VisitedPages _visited = new(Operation.OnRepository("list the tags of", RepositoryName.Parse("final.local/a")));

    [TestMethod]
    public void ACircleEndsTheReading()
    {
        _visited.Add(Page(1));
        _visited.Add(Page(2));

        Assert.AreEqual(ErrorCode.RegistryProtocol, Assert.ThrowsExactly<AirgapException>(() => _visited.Add(Page(1))).Code);
    }

    [TestMethod]
    public void AListWithoutEndDoesToo()
    {
        for (int number = 1; number <= VisitedPages.Most; number++)
            _visited.Add(Page(number));

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => _visited.Add(Page(0)));
        Assert.AreEqual(ErrorCode.RegistryProtocol, e.Code);
        Assert.Contains("more than 10000 pages", e.Message);
    }

    private static Uri Page(int number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"https://final.local/v2/a/tags/list?last={number}"));
}
