using System.Net;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>A failure whose reason the runtime lost is told from others.</summary>
[TestClass]
public sealed class HiddenReasonTests
{
    [TestMethod]
    public void AConnectionThatWasClosedMeanwhile_HidesItsReason_OverHttp2Alone()
    {
        ObjectDisposedException closed = new("System.Net.Security.SslStream");
        HttpRequestException failure = new("An error occurred while sending the request.", new IOException("Closed.", closed));

        Assert.IsTrue(HttpVersions.HidesReason(HttpVersion.Version20, failure));
        Assert.IsTrue(HttpVersions.HidesReason(HttpVersion.Version20, closed));
        Assert.IsFalse(HttpVersions.HidesReason(HttpVersion.Version11, failure));
    }

    [TestMethod]
    public void AnyOtherFailure_HasItsReason()
    {
        Assert.IsFalse(HttpVersions.HidesReason(HttpVersion.Version20, new HttpRequestException("x", new IOException("y"))));
        Assert.IsFalse(HttpVersions.HidesReason(HttpVersion.Version20, null));
    }
}
