using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

[TestClass]
public sealed class ByteSizeTests
{
    [TestMethod]
    [DataRow(0L, "0 B")]
    [DataRow(999L, "999 B")]
    [DataRow(1000L, "1.0 kB")]
    [DataRow(12_345_678L, "12.3 MB")]
    [DataRow(999_949L, "999.9 kB")]
    [DataRow(999_950L, "1.0 MB")]
    [DataRow(5_000_000_000L, "5.0 GB")]
    [DataRow(long.MaxValue, "9223372.0 TB")]
    public void BytesAreShownInPowersOfAThousand(long bytes, string expected) => Assert.AreEqual(expected, ByteSize.Format(bytes));
}
