namespace Airgap.Transfer.Bundles;

/// <summary>What is known of one image of a relocated bundle.</summary>
/// <param name="Image">The reference as it stands in the bundle's images.yml, short names expanded.</param>
/// <param name="IsBundle">True when the image is a bundle itself.</param>
public sealed record ImageLocation(string Image, bool IsBundle);
