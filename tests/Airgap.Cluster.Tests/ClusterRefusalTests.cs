using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Oci;

namespace Airgap.Cluster.Tests;

/// <summary>What a refusal says, in the words of a kube-apiserver 1.20.2 and its webhooks.</summary>
[TestClass]
public sealed class ClusterRefusalTests
{
    // A webhook chooses the status, and an expired credential or a busy cluster has nothing to do with it.
    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(409)]
    [DataRow(422)]
    [DataRow(429)]
    [DataRow(500)]
    [DataRow(503)]
    public void AWebhooksRefusal_IsOne_WhateverItsStatus(int status)
    {
        AirgapException failure = Of(status, "admission webhook \"images.policy.corp.com\" denied the request: field is immutable here");

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.AreEqual(
            "It was not applied: admission webhook \"images.policy.corp.com\" denied the request: field is immutable here.",
            failure.Message);
        Assert.Contains("A policy of the cluster refuses it", failure.Advice);
    }

    [TestMethod]
    public void AnAdmissionPolicysRefusal_IsOne()
    {
        AirgapException failure = Of(422, "secrets \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no");

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.Contains("A policy of the cluster refuses it", failure.Advice);
    }

    [TestMethod]
    public void APolicysLongMessage_IsWhole_AndOnOneLine()
    {
        string[] rules = [.. Enumerable.Range(0, 25).Select(at => $"rule {at}: image final-registry.corp.com/{at} is not signed")];

        AirgapException failure = Of(403, "admission webhook \"p\" denied the request: " + string.Join('\n', rules));

        Assert.Contains(string.Join(' ', rules), failure.Message);
    }

    [TestMethod]
    public void AProxysLongPage_IsCut()
    {
        AirgapException failure = ClusterRefusal.Of(new ClusterResponse(502, null, new string('x', 5000)), "It", "applied");

        Assert.IsLessThan(1000, failure.Message.Length);
    }

    [TestMethod]
    [DataRow("type: Invalid value: \\\"Opaque\\\": field is immutable")]
    [DataRow("data: Forbidden: field is immutable when `immutable` is set")]
    [DataRow("roleRef: Invalid value: rbac.RoleRef{}: cannot change roleRef")]
    public void AFieldThatCannotBeChanged_IsToldAsOne(string message)
    {
        AirgapException failure = Of(422, message.Replace("\\\"", "\"", StringComparison.Ordinal));

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.Contains("or delete the object and run the command again", failure.Advice);
    }

    [TestMethod]
    [DataRow(413, "Request entity too large: limit is 3145728")]
    [DataRow(500, "etcdserver: request is too large")]
    public void AnObjectThatIsTooLarge_IsNoFaultOfTheCluster(int status, string message)
    {
        AirgapException failure = Of(status, message);

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.Contains("larger than the cluster takes", failure.Message);
    }

    [TestMethod]
    [DataRow("applied", "It: whether it was applied is unknown, because the cluster took too long")]
    [DataRow("removed", "It: whether it was removed is unknown, because the cluster took too long")]
    [DataRow("read", "It was not read: the cluster answered 504")]
    [DataRow("listed", "It were not listed: the cluster answered 504")]
    public void ARequestThatTakesTooLong_MayBeCarriedOut(string verb, string expected)
    {
        AirgapException failure = Of(504, "Timeout: request did not complete within requested timeout 34s", verb);

        Assert.AreEqual(ErrorCode.ClusterFault, failure.Code);
        Assert.StartsWith(expected, failure.Message);
    }

    private static AirgapException Of(int status, string message, string verb = "applied") => ClusterRefusal.Of(
        new ClusterResponse(
            status, JsonElement.Parse($$"""{"kind":"Status","message":{{JsonSerializer.Serialize(message)}},"code":{{status}}}"""), ""),
        "It", verb);
}
