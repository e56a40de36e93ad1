using Airgap.Oci;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

[TestClass]
public sealed class ShardTests
{
    [TestMethod]
    [DataRow("3/8", null, "", "3/8")]
    [DataRow("3/8", 8, "", "3/8")]
    [DataRow("3", 8, "", "3/8")]
    [DataRow("1/1", null, "", "1/1")]
    [DataRow("auto/8", null, "JOB_COMPLETION_INDEX=0", "1/8")]
    [DataRow("auto", 8, "JOB_COMPLETION_INDEX=7", "8/8")]
    [DataRow("auto", null, "CI_NODE_INDEX=1 CI_NODE_TOTAL=8", "1/8")]
    [DataRow("auto", 8, "CI_NODE_INDEX=8 CI_NODE_TOTAL=8", "8/8")]
    [DataRow("auto", null, "SYSTEM_JOBPOSITIONINPHASE=2 SYSTEM_TOTALJOBSINPHASE=4", "2/4")]
    [DataRow("auto/4", null, "JOB_COMPLETION_INDEX=1 CI_NODE_INDEX=4 CI_NODE_TOTAL=9", "2/4")]
    [DataRow("2/8", null, "CI_NODE_INDEX=5 CI_NODE_TOTAL=9", "2/8")]
    [DataRow("2/8", 8, "JOB_COMPLETION_INDEX=5", "2/8")]
    [DataRow("auto", 8, "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=8", "1/8")]
    [DataRow("auto", null, "CIRCLE_NODE_INDEX=7 CIRCLE_NODE_TOTAL=8", "8/8")]
    [DataRow("auto", null, "BUILDKITE_PARALLEL_JOB=1 BUILDKITE_PARALLEL_JOB_COUNT=3", "2/3")]
    [DataRow("auto", null, "BITBUCKET_PARALLEL_STEP=0 BITBUCKET_PARALLEL_STEP_COUNT=2", "1/2")]
    [DataRow("auto", null, "SEMAPHORE_JOB_INDEX=1 SEMAPHORE_JOB_COUNT=2", "1/2")]
    [DataRow("auto", null, "CIRCLE_NODE_INDEX=2 CIRCLE_NODE_TOTAL=8 CI_NODE_INDEX=2 CI_NODE_TOTAL=8", "3/8")]
    public void AShard_IsReadFromTextAndEnvironment(string text, int? planned, string environment, string expected) =>
        Assert.AreEqual(expected, Shard.Parse(text, planned, Variables(environment)).ToString());

    [TestMethod]
    [DataRow("JOB_COMPLETION_INDEX=0", true)]
    [DataRow("CI_NODE_INDEX=2 CI_NODE_TOTAL=8", true)]
    [DataRow("SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=1", false)]
    [DataRow("CI_NODE_INDEX=x", false)]
    [DataRow("", false)]
    public void OneOfSeveralJobs_IsRecognised(string environment, bool isOne) =>
        Assert.AreEqual(isOne, ShardEnvironment.FindOneOfSeveral(Variables(environment)) is not null);

    [TestMethod]
    [DataRow("", null, "")]
    [DataRow("0/8", null, "")]
    [DataRow("9/8", null, "")]
    [DataRow("3/0", null, "")]
    [DataRow("-1/8", null, "")]
    [DataRow("+1/8", null, "")]
    [DataRow("3/8/9", null, "")]
    [DataRow("a/8", null, "")]
    [DataRow("3/", 8, "")]
    [DataRow("3", null, "")]
    [DataRow("3/8", 9, "")]
    [DataRow("1/99999", null, "")]
    [DataRow("99999999999/8", null, "")]
    [DataRow("auto", 8, "")]
    [DataRow("auto", null, "JOB_COMPLETION_INDEX=0")]
    [DataRow("auto", 8, "JOB_COMPLETION_INDEX=8")]
    [DataRow("auto/8", null, "JOB_COMPLETION_INDEX=x")]
    [DataRow("auto", 8, "CI_NODE_INDEX=1 CI_NODE_TOTAL=4")]
    [DataRow("auto/8", null, "CI_NODE_INDEX=0 CI_NODE_TOTAL=8")]
    [DataRow("auto", null, "CIRCLE_NODE_INDEX=8 CIRCLE_NODE_TOTAL=8")]
    [DataRow("auto", 8, "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1")]
    [DataRow("auto", 8, "SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=1")]
    [DataRow("auto", null, "SEMAPHORE_JOB_INDEX=0 SEMAPHORE_JOB_COUNT=2")]
    public void AnInvalidShard_IsRefused(string text, int? planned, string environment) => Assert.AreEqual(
        ErrorCode.InvalidShard,
        Assert.ThrowsExactly<AirgapException>(() => Shard.Parse(text, planned, Variables(environment))).Code);

    [TestMethod]
    [DataRow("JOB_COMPLETION_INDEX=abc", "JOB_COMPLETION_INDEX is 'abc'")]
    [DataRow("JOB_COMPLETION_INDEX=-1", "JOB_COMPLETION_INDEX is '-1'")]
    [DataRow("JOB_COMPLETION_INDEX=10000", "JOB_COMPLETION_INDEX is '10000'")]
    [DataRow("JOB_COMPLETION_INDEX=", "JOB_COMPLETION_INDEX is ''")]
    [DataRow("JOB_COMPLETION_INDEX=abc CI_NODE_INDEX=1 CI_NODE_TOTAL=8", "JOB_COMPLETION_INDEX is 'abc'")]
    [DataRow("CI_NODE_INDEX=1 CI_NODE_TOTAL=garbage", "CI_NODE_TOTAL is 'garbage'")]
    [DataRow("CI_NODE_INDEX=1 CI_NODE_TOTAL=0", "CI_NODE_TOTAL is '0'")]
    [DataRow("SYSTEM_JOBPOSITIONINPHASE=x SYSTEM_TOTALJOBSINPHASE=4", "SYSTEM_JOBPOSITIONINPHASE is 'x'")]
    public void AnInvalidVariable_IsNamed(string environment, string expected)
    {
        AirgapException refused =
            Assert.ThrowsExactly<AirgapException>(() => Shard.Parse("auto/8", null, Variables(environment)));
        Assert.AreEqual(ErrorCode.InvalidShard, refused.Code);
        Assert.Contains(expected, refused.Message);
        Assert.Contains(
            "' 1'", Assert.ThrowsExactly<AirgapException>(() => Shard.Parse("auto/8", null, _ => " 1")).Message);
    }

    private static Func<string, string?> Variables(string text)
    {
        Dictionary<string, string> all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            pair => pair.Split('=')[0], pair => pair.Split('=')[1]);
        return name => all.GetValueOrDefault(name);
    }
}
