namespace Shop.Tests;

public static class InvoiceTests
{
    public static bool Adds() => Billing.Invoice.Total([1, 2]) == 3;
}
