using Airgap.Publishing.Artifacts;
using Microsoft.Build.Framework;

namespace Airgap.Build.Tests;

/// <summary>Items that a project's own targets read.</summary>
[TestClass]
public sealed class OutputItemsTests
{
    [TestMethod]
    public void APathStaysOneItem_AlsoWhereAPropertyHoldsTheList()
    {
        const string Path = "/a;b/$(x)@(y)/%41 'c'/d*?.yml";
        ITaskItem item = Assert.ContainsSingle(OutputItems.Files([new PublishedFile(Path, PublishedFileKind.Archive)]));
        Assert.AreEqual(Path, item.ItemSpec);
        // MSBuild splits and expands this text.
        Assert.AreEqual(
            "/a%3bb/%24%28x%29%40%28y%29/%2541 %27c%27/d%2a%3f.yml", ((ITaskItem2)item).EvaluatedIncludeEscaped);
    }
}
