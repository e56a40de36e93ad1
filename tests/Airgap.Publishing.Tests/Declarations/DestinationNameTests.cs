using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class DestinationNameTests
{
    [TestMethod]
    [DataRow("final-registry.corp.com/apps", null, "final-registry.corp.com/apps/simple-app-bundle")]
    [DataRow("final-registry.corp.com/apps/", null, "final-registry.corp.com/apps/simple-app-bundle")]
    [DataRow("localhost:5000", null, "localhost:5000/simple-app-bundle")]
    [DataRow("localhost", null, "localhost/simple-app-bundle")]
    [DataRow("host.io/apps", "frontend", "host.io/apps/frontend")]
    [DataRow("host.io/apps", "/team/frontend", "host.io/apps/team/frontend")]
    [DataRow("host.io/apps", "other.io:5000/team/frontend", "other.io:5000/team/frontend")]
    [DataRow("", "other.io/frontend", "other.io/frontend")]
    [DataRow("docker.io/me", null, "index.docker.io/me/simple-app-bundle")]
    public void TheRepositoryIsPrefixAndPathOrWhole(string registry, string? repository, string expected)
    {
        PublishItem item = repository is null
            ? PublishItems.Bundle("index.docker.io/user1/simple-app-bundle:v1.0.0")
            : PublishItems.Bundle("index.docker.io/user1/simple-app-bundle:v1.0.0", ("Repository", repository));
        Assert.AreEqual(RepositoryName.Parse(expected), DestinationName.Resolve(item, PublishItems.To(registry), "simple-app-bundle"));
    }

    [TestMethod]
    public void WithoutARegistryThereIsNone() =>
        Assert.IsNull(DestinationName.Resolve(PublishItems.Bundle("a.io/b:v1", ("Repository", "c")), PublishItems.To(""), "b"));
}
