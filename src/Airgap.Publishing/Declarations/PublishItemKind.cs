namespace Airgap.Publishing.Declarations;

/// <summary>The kind of a declared item.</summary>
internal enum PublishItemKind
{
    /// <summary><c>ImgpkgBundle</c>: a bundle.</summary>
    Bundle,

    /// <summary><c>ImgpkgImage</c>: an image or index that is not a bundle.</summary>
    Image,

    /// <summary><c>ImgpkgLock</c>: a lock file.</summary>
    Lock,
}
