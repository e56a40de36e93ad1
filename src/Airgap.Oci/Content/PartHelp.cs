namespace Airgap.Oci.Content;

/// <summary>Lends connections to blobs that are read in parallel parts and passed on in order.</summary>
/// <param name="Rules">When parts are worthwhile, their length and number.</param>
/// <param name="Places">A connection for each part, in addition to the blob's own.</param>
internal sealed record PartHelp(PartRules Rules, ISparePlaces Places);
