namespace Airgap.Trust.Certificates;

/// <summary>A kind of name in a certificate, by its tag among the subject alternative names.</summary>
internal enum NameKind
{
    /// <summary>An e-mail address.</summary>
    Email = 1,

    /// <summary>The name of a host; <c>*</c> as the first label of the certificate's name stands for any one label.</summary>
    Host = 2,
}
