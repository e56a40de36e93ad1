Console.WriteLine("The shop.");
