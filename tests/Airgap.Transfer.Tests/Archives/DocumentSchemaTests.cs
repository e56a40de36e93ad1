using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>Part lists and receipts match their JSON schemas and name them; readers accept documents without the name.</summary>
[TestClass]
public sealed class DocumentSchemaTests
{
    private const string Schema = "https://host.example/schemas/name.schema.json";

    private static readonly Digest s_digest = Digest.Compute("content"u8);

    private static readonly PartList s_list = new([new("a.tar.001", 7, s_digest, s_digest), new("a.tar.002", 3, s_digest, s_digest)]);

    [TestMethod]
    public void APartList_NamesItsSchema_AndIsReadWithAndWithoutIt()
    {
        foreach (string? schema in (string?[])[Schema, null])
        {
            byte[] json = (s_list with { Schema = schema }).ToJson();
            string text = Encoding.UTF8.GetString(json);
            Schemas.AssertValid("parts", text);
            Assert.AreEqual(schema, (string?)JsonNode.Parse(text)![SchemaLinks.Property]);
            PartList read = PartList.Parse(json, "a.tar.parts.json");
            Assert.AreEqual(s_list.Id, read.Id);
            CollectionAssert.AreEqual(json, read.ToJson(), "A list that is read and written again stays the same.");
        }
    }

    [TestMethod]
    public void ALongReceipt_NamesItsSchema_AfterTheFieldThatIdentifiesIt()
    {
        string text = Text(ReceiptOf(isShort: false), Schema);
        Schemas.AssertValid("receipt", text);
        Assert.AreEqual(Schema, (string?)JsonNode.Parse(text)![SchemaLinks.Property]);
        Assert.IsTrue(Receipt.IsOne(Encoding.UTF8.GetBytes(text)));
        Assert.AreEqual(2, ReceiptJson.Read(Encoding.UTF8.GetBytes(text), "r.json").Places[0].Count);
        Assert.AreEqual(2, ReceiptJson.Read(Encoding.UTF8.GetBytes(Text(ReceiptOf(isShort: false), null)), "r.json").Places[0].Count);
    }

    [TestMethod]
    public void AShortReceipt_StaysShort()
    {
        string text = Text(ReceiptOf(isShort: true), Schema);
        Schemas.AssertValid("receipt", text);
        Assert.DoesNotContain(Schema, text);
    }

    [TestMethod]
    [DataRow("parts", "size")]
    [DataRow("parts", "parts")]
    [DataRow("receipt", "places")]
    public void ADocument_WithoutAField_ViolatesItsSchema(string schema, string field)
    {
        JsonObject document = JsonNode.Parse(
            schema == "parts" ? Encoding.UTF8.GetString(s_list.ToJson()) : Text(ReceiptOf(isShort: false), null))!.AsObject();
        document.Remove(field);
        Assert.IsNotEmpty(Schemas.Validate(schema, document.ToJsonString()));
    }

    private static string Text(Receipt receipt, string? schema) => Encoding.UTF8.GetString(ReceiptJson.Write(receipt, schema));

    private static Receipt ReceiptOf(bool isShort)
    {
        Digest[] digests = [.. new[] { s_digest, Digest.Compute("other"u8) }.Order()];
        return new Receipt(
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "1.0.0",
            [
                new ReceiptRepository(
                    RepositoryName.Parse("registry.example/apps"), [s_digest], [ImageReference.Parse($"registry.example/app@{s_digest}")],
                    digests.Length, ReceiptRepository.HashOf([.. digests]), isShort ? null : [.. digests])
                {
                    Tags = isShort ? null : ImmutableSortedDictionary<string, Digest>.Empty.Add("v1", s_digest),
                },
            ]);
    }
}
